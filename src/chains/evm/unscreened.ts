import type { Unscreened } from '../source.ts'
import type { ChainDefinition } from './definition.ts'
import { transactionAt } from './extract/context.ts'
import { oddities } from './oddity.ts'
import type { ServedBlock } from './read-block.ts'
import type { BlockReceipts } from './read-receipts.ts'
import { isReadWhole, typeOf, unreadableType } from './transaction-types.ts'

/** What of a block was not screened, or not whole. Worded the same for each block, so that coverage joins them. */
export function unscreenedOf(served: ServedBlock, definition: ChainDefinition): readonly Unscreened[] {
  return [
    ...(definition.tellsAllNative ? [] : tracesOf(served)),
    ...receiptsOf(served.receipts),
    ...statusOf(served),
    ...typesOf(served, definition),
    ...fieldOf(served, definition),
  ]
}

function tracesOf({ traces, block }: ServedBlock): Unscreened[] {
  const { frames } = traces
  if (frames === null)
    return [{ what: 'traces', reason: `value moved inside contract calls is not read: ${traces.reason}` }]
  // Of the transaction: as a gap of the block it would keep those of others in it open for good.
  const reason = 'the node does not trace it, the chain’s own transaction at the end of the block'
  return block.transactions
    .filter((_, index) => (frames[index] ?? null) === null)
    .map(({ hash: txHash }) => ({ what: 'traces', reason, txHash }))
}

/** Receipts that could not be had, and such as nothing in the block belongs to. */
export function receiptsOf({ absent, tooLarge, extra, repeated }: BlockReceipts): Unscreened[] {
  const row = (reason: string) => (txHash: string) => ({ what: 'receipt', reason, txHash })
  const unread = 'its logs, and without traces its value, are not read'
  return [
    ...absent.filter((hash) => !tooLarge.includes(hash)).map(row(`the node has no receipt of it: ${unread}`)),
    ...tooLarge.map(row(`its receipt is larger than \`maxResponse\`: ${unread}`)),
    ...repeated.map(
      row('the node has several receipts of it: only one is read, of success where one says so'),
    ),
    ...extra.map(row('the node has a receipt of it, and its block does not have it: it is not read')),
  ]
}

/** Oddities do not count here. */
const nothing = new Map()

function statusOf({ block, receipts: { all: receipts, absent }, traces }: ServedBlock): Unscreened[] {
  const { frames } = traces
  const without = new Set(absent)
  const unknown = receipts.some((receipt, index) => {
    const { status, transactionHash } = receipt
    if ((status !== undefined && status !== null) || without.has(transactionHash)) return false
    if (receipt[oddities] !== undefined) return false
    return transactionAt({ block, receipts, frames, odd: nothing }, index)?.frames === null
  })
  if (!unknown) return []
  const reason = 'receipts from before Byzantium do not say whether a transaction succeeded'
  return [{ what: 'status', reason }]
}

function typesOf({ block }: ServedBlock, definition: ChainDefinition): Unscreened[] {
  const strange = new Set<number>()
  for (const tx of block.transactions) {
    const isKnown = isReadWhole(tx, definition) || tx.type === unreadableType
    if (!isKnown) strange.add(typeOf(tx))
  }
  return [...strange]
    .sort((a, b) => a - b)
    .map((type) => ({
      what: 'transaction-type',
      reason:
        `transactions of type 0x${type.toString(16)} may move more than their value, logs and calls show, ` +
        'which are read',
    }))
}

function fieldOf({ block }: ServedBlock, { unreadField }: ChainDefinition): Unscreened[] {
  if (unreadField === null) return []
  const content = (block as unknown as Readonly<Record<string, unknown>>)[unreadField.field]
  const empty = content === undefined || content === null || content === '' || content === '0x'
  return empty ? [] : [{ what: unreadField.field, reason: unreadField.reason }]
}
