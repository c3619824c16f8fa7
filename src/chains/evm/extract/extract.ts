import type { OwnLookup, ScreenableTx } from '../../../screening/types.ts'
import type { Extraction, Unscreened } from '../../source.ts'
import { unscreenedOdd } from '../oddity.ts'
import { proveSenders, type VerifyMode } from '../proof/verifier.ts'
import { isReadWhole } from '../transaction-types.ts'
import { type EvmChain, type ReadBlock, type ReadTransaction, transactionAt } from './context.ts'
import { namedElsewhere } from './named-elsewhere.ts'
import { touches } from './touches.ts'
import { extractTransaction, newNotes, type TransactionNotes } from './transaction.ts'
import { countUndecoded } from './undecoded.ts'
import { shareOut, type UndecodedLimits } from './undecoded-limits.ts'
import { extractWithdrawals } from './withdrawals.ts'

const toldTwice = {
  what: 'traces',
  reason: 'a self-destruct in its trace repeats an earlier movement, and may be the same one reported twice',
}

/** A block of an EVM chain, as data. */
export interface EvmContent extends ReadBlock {
  family: 'evm'
  chain: EvmChain
  /** Whether the senders of transactions that touch own addresses are proved. */
  verify: VerifyMode
}

/**
 * What touches own addresses in a block, and what of it was not understood or is not proved. Pure.
 *
 * @throws ChainscreenError `node-bad-answer` with `verify: strict`, where the node lied about a sender.
 */
export function extractEvm(content: EvmContent, own: OwnLookup): Extraction {
  const { block, chain, verify } = content
  const found = extractBlock(content, own, chain)
  const hashes = found.transactions.map(({ hash }) => hash)
  const unproved = proveSenders(block, hashes, verify, chain.definition.unproved)
  return { ...found, unscreened: [...found.unscreened, ...unproved] }
}

/**
 * Everything in a block that moved value between the exchange and others, as far as transactions, logs, call traces
 * and beacon withdrawals tell. Failed transactions moved nothing. Pure; never throws for what was checked.
 */
export function extractBlock(read: ReadBlock, own: OwnLookup, chain: EvmChain): Extraction {
  const unscreened: Unscreened[] = []
  const extracted: Extracted[] = []
  for (let i = 0; i < read.receipts.length; i++) {
    const one = transactionAt(read, i)
    if (one === null) continue
    const odd = isReadWhole(one.tx, chain.definition) ? one.odd : [...one.odd, namedElsewhere(one.tx)]
    if (odd.length > 0) unscreened.push(...unscreenedOdd(odd, own, one.tx.hash))
    if (touches(one, own)) extracted.push(extractOne(one, own, chain))
  }
  limitUndecoded(extracted, own, chain)
  const found = extracted.flatMap(({ moved }) => moved ?? [])
  const withdrawals = extractWithdrawals(read.block, own, chain)
  if (withdrawals) found.push(withdrawals)
  for (const { notes } of extracted) unscreened.push(...notes.unscreened)
  const undecoded = countUndecoded(extracted.flatMap(({ notes }) => notes.undecoded))
  return { transactions: found, unscreened, ...(undecoded.length > 0 && { undecoded }) }
}

/** A transaction that may touch own addresses, and what of it does. */
interface Extracted {
  one: ReadTransaction
  moved: ScreenableTx | null
  notes: TransactionNotes
}

function extractOne(
  one: ReadTransaction,
  own: OwnLookup,
  chain: EvmChain,
  limits?: UndecodedLimits,
): Extracted {
  const notes = newNotes()
  const moved = extractTransaction(one, own, chain, notes, limits)
  if (moved?.transfers.some(({ tags }) => tags.includes('doubtful')))
    notes.unscreened.push({ ...toldTwice, txHash: moved.hash })
  return { one, moved, notes }
}

/** Extracts those transactions anew whose undecoded logs are too many beside the others of the block: nearly always none. */
function limitUndecoded(extracted: Extracted[], own: OwnLookup, chain: EvmChain): void {
  const many = [...extracted.entries()].filter(
    ([, { moved, notes }]) => notes.undecoded.length > 0 && !moved?.ownSigned,
  )
  const limits = shareOut(many.map(([, { notes }]) => notes.needs))
  for (const [place, limit] of limits) {
    const [index, before] = many[place] ?? []
    if (index !== undefined && before !== undefined)
      extracted[index] = extractOne(before.one, own, chain, limit)
  }
}
