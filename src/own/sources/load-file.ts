import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { OwnFileConfig } from '../../config/own-sources.ts'
import { ChainscreenError, whyUnreadable } from '../../diagnostics/errors.ts'
import {
  knownOwn,
  mostUntaken,
  noteOwnSourceSeen,
  readOwnSource,
  type UntakenRow,
} from '../../ledger/own/own-sources.ts'
import { inTurn } from '../../ledger/write-turns.ts'
import { ownAddressesOf } from '../import-own.ts'
import { type Look, type LookOutcome, loadFromSource, unreadSince } from './load.ts'
import { removedReason } from './removed.ts'

/** Tells a file from another one. */
export function fileIdentity({ file }: OwnFileConfig): string {
  return createHash('sha256').update(file).digest('hex')
}

/**
 * Loads a file of own addresses by the rules of `own import`: all of it or nothing. Content that was loaded before is not loaded
 * again. An address that is not in it any more stays own.
 *
 * @throws ChainscreenError `bad-file`, and as `addOwnAddresses`.
 */
export async function loadFile(look: Look, source: OwnFileConfig): Promise<LookOutcome> {
  const { db, chains, at, signal } = look
  const identity = fileIdentity(source)
  const sha256 = await hashOf(source.file, signal)
  const last = readOwnSource(db, source.id)
  const isLoaded = last?.identity === identity && last.sha256 === sha256
  if (isLoaded && last.failure === null) {
    await inTurn(db, () => noteOwnSourceSeen(db, source.id, at))
    return { added: 0, changed: 0 }
  }
  // What was read for the comparison may be another content by now.
  const hash = createHash('sha256')
  const untaken: UntakenRow[] = []
  const rows = ownAddressesOf(source.file, chains, { signal, hash }, undefined, (own, row) => {
    if (knownOwn(db, own.key, own.chain).state !== 'removed') return true
    if (untaken.length < mostUntaken)
      untaken.push({ place: String(row.line), kind: 'removed', reason: removedReason })
    return false
  })
  const read = () => ({
    ...{ id: source.id, type: source.type, identity, position: null, wholeAt: null, at, untaken },
    ...{ sha256: hash.copy().digest('hex'), after: null, unreadSince: unreadSince(last, at) },
  })
  return loadFromSource(look, source, rows, read)
}

async function hashOf(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(file), hash, { signal })
  } catch (cause) {
    if (signal.aborted) throw new ChainscreenError('aborted', `Reading ${file} was interrupted.`)
    throw new ChainscreenError('bad-file', `${file} can't be read: ${whyUnreadable(cause)}.`, { cause })
  }
  return hash.digest('hex')
}
