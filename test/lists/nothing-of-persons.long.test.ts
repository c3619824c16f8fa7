import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { FileListConfig } from '../../src/config/lists.ts'
import { ChainscreenError } from '../../src/diagnostics/errors.ts'
import { all } from '../../src/ledger/database.ts'
import { formats } from '../../src/lists/formats/index.ts'
import { importList } from '../../src/lists/import-list.ts'
import { loadOrKeep } from '../../src/lists/load-lists.ts'
import { logFailure } from '../../src/lists/log-outcome.ts'
import { reportLists } from '../../src/lists/report.ts'
import { readOwnFile } from '../../src/own/read-own-file.ts'
import { freshLedger } from '../ledger/fixtures.ts'
import { tempDir } from '../temp.ts'
import { markedFiles, marks } from './marked-files.ts'
import { rememberingLog } from './remembering-log.ts'

const at = '2026-06-01T10:00:00.000Z'

/** The marks that stand in a text, whatever encodes it. */
function marksIn(content: string | Buffer): string[] {
  const text = typeof content === 'string' ? content : content.toString('latin1')
  return marks.filter((mark) => text.includes(mark))
}

/** All that a person may read of an error, and what a log of whole errors would write. */
function allOf(error: unknown): string {
  const parts: unknown[] = []
  for (let each = error; each instanceof Error; each = each.cause)
    parts.push(
      each.message,
      each.stack,
      each instanceof ChainscreenError ? each.details : Object.values(each),
    )
  return JSON.stringify(parts)
}

async function fail(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  )
}

describe.each(Object.keys(formats).filter((format) => format !== 'bundled'))('the format %s', (format) => {
  it.each(Object.keys(markedFiles))('neither tells nor stores anything of persons in %s', async (name) => {
    const dir = tempDir()
    const file = join(dir, 'given')
    writeFileSync(file, markedFiles[name] ?? '')
    const path = join(dir, 'ledger.db')
    const db = freshLedger(path)
    const { log, lines } = rememberingLog()
    const list = {
      ...{ id: 'l', format, file, maxAgeMs: null, guard: { maxRemoved: 0.05 } },
    } as FileListConfig
    const error = await fail(loadOrKeep(db, list, log, () => at))
    if (error !== undefined) logFailure(list, error, log, false)
    const byHand = await fail(
      importList(
        db,
        { id: 'l', format, maxAgeSeconds: null, maxRemoved: 0.05 },
        { path: file },
        { approve: true, at, byHand: true },
      ),
    )
    expect(marksIn(allOf(error) + allOf(byHand))).toEqual([])
    expect(marksIn(lines.join('\n'))).toEqual([])
    expect(marksIn(JSON.stringify(reportLists(db, undefined, at)))).toEqual([])

    const taken = new Set(
      all<{ sha256: string }>(db, `select sha256 from list_snapshots where state != 'rejected'`).map(
        (row) => row.sha256,
      ),
    )
    const rejected = all<{ sha256: string }>(db, `select sha256 from list_snapshots where state = 'rejected'`)
    const folder = `${path}.snapshots`
    const kept = existsSync(folder) ? readdirSync(folder) : []
    for (const archived of kept) {
      const sha256 = archived.replace('.gz', '')
      // What is of the format is evidence, also where it is cut short; nothing else is kept.
      if (taken.has(sha256) || (rejected.some((row) => row.sha256 === sha256) && isOwnFile(format, name)))
        continue
      expect(marksIn(gunzipSync(readFileSync(join(folder, archived)))), `${archived} of ${kept}`).toEqual([])
    }
    db.pragma('wal_checkpoint(TRUNCATE)')
    expect(marksIn(readFileSync(path))).toEqual([])
  })
})

/** Files that have shown what they are before they break off. */
function isOwnFile(format: string, name: string): boolean {
  const own: Record<string, RegExp> = {
    'ofac-sdn-advanced': /^SDN_ADVANCED/,
    'ofac-sdn': /^SDN\.XML/,
    'eu-fsf': /^EU list$/,
    'uk-sanctions-list': /^UK-/,
    opensanctions: /^entities/,
    tagpack: /^a TagPack/,
  }
  return own[format]?.test(name) ?? false
}

describe('a file of own addresses', () => {
  it.each(Object.keys(markedFiles))('neither tells nor loads anything of persons in %s', async (name) => {
    const file = join(tempDir(), 'own.csv')
    writeFileSync(file, markedFiles[name] ?? '')
    const chains = new Map([['ethereum', 'evm' as const]])
    const read = async () => {
      for await (const rows of readOwnFile(file, { chains }))
        expect(marksIn(JSON.stringify(rows))).toEqual([])
    }
    const error = await fail(read())
    expect(error).toBeInstanceOf(ChainscreenError)
    expect(marksIn(allOf(error))).toEqual([])
  })
})
