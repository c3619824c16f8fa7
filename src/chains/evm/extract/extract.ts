import type { OwnLookup } from '../../../screening/own.ts'
import type { ScreenableTx } from '../../../screening/types.ts'
import type { Extraction, Unscreened } from '../../source.ts'
import { unscreenedOdd } from '../oddity.ts'
import { isReadWhole } from '../transaction-types.ts'
import { type EvmChain, type ReadBlock, transactionAt } from './context.ts'
import { namedElsewhere } from './named-elsewhere.ts'
import { touches } from './touches.ts'
import { extractTransaction } from './transaction.ts'
import { countUndecoded, type UndecodedLog } from './undecoded.ts'
import { extractWithdrawals } from './withdrawals.ts'

const toldTwice = {
  what: 'traces',
  reason:
    'a self-destruct in its trace tells the same as a movement before it, and may be that one told twice',
}

/**
 * Everything in a block that moved value between the exchange and others, as far as transactions, logs, call traces
 * and beacon withdrawals tell. Failed transactions moved nothing. Pure; never throws for what was checked.
 */
export function extractBlock(read: ReadBlock, own: OwnLookup, chain: EvmChain): Extraction {
  const found: ScreenableTx[] = []
  const notes = { undecoded: [] as UndecodedLog[], unscreened: [] as Unscreened[] }
  for (let i = 0; i < read.receipts.length; i++) {
    const one = transactionAt(read, i)
    if (one === null) continue
    const odd = isReadWhole(one.tx, chain.definition) ? one.odd : [...one.odd, namedElsewhere(one.tx)]
    if (odd.length > 0) notes.unscreened.push(...unscreenedOdd(odd, own, one.tx.hash))
    if (!touches(one, own)) continue
    const moved = extractTransaction(one, own, chain, notes)
    if (moved === null) continue
    found.push(moved)
    if (moved.transfers.some(({ tags }) => tags.includes('doubtful')))
      notes.unscreened.push({ ...toldTwice, txHash: moved.hash })
  }
  const withdrawals = extractWithdrawals(read.block, own, chain)
  if (withdrawals) found.push(withdrawals)
  const undecoded = countUndecoded(notes.undecoded)
  return { transactions: found, unscreened: notes.unscreened, ...(undecoded.length > 0 && { undecoded }) }
}
