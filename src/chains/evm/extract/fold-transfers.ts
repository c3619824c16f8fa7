import type { Transfer } from '../../../screening/types.ts'

/**
 * Transfers of unknown assets that a block keeps one by one. Anybody can write them of a token of his own: an item of an ERC-1155
 * batch costs 512 gas, and a block full of them would be 70,000 rows or more.
 */
export const maxUnknownTransfers = 5_000

/**
 * Folds the transfers of unknown assets of transactions for which a block has no room: of those between the same parties, with the
 * same tags, the first stands for all, and counts them. That is how alerts on unknown assets count as well, so they come out the
 * same, ids included, whatever was folded. Transactions with the fewest keep theirs first, so that who fills a block takes
 * nothing from others.
 *
 * @param transactions the transfers of each, in the order of the block.
 * @param room how many are kept one by one.
 * @returns the folded transfers by place, of those that do not keep theirs.
 */
export function foldTransfers(
  transactions: readonly (readonly Transfer[])[],
  room = maxUnknownTransfers,
): Map<number, Transfer[]> {
  const folded = new Map<number, Transfer[]>()
  const counts = transactions.map((transfers) => transfers.filter(isUnknown).length)
  let left = room
  for (const [place, count] of [...counts.entries()].sort(([, a], [, b]) => a - b)) {
    left -= count
    if (left < 0 && count > 1) folded.set(place, fold(transactions[place] ?? []))
  }
  return folded
}

/** Undecoded ones have limits of their own. */
function isUnknown({ tags }: Transfer): boolean {
  return tags.includes('unknown-asset')
}

function fold(transfers: readonly Transfer[]): Transfer[] {
  const kept = new Map<string, Transfer>()
  for (const transfer of transfers) {
    const group = isUnknown(transfer) ? betweenOf(transfer) : transfer.id
    const first = kept.get(group)
    kept.set(group, first === undefined ? transfer : { ...first, logs: (first.logs ?? 1) + 1 })
  }
  return [...kept.values()]
}

function betweenOf({ own, direction, symbol, tags, parties }: Transfer): string {
  return JSON.stringify([own, direction, symbol, tags, parties])
}
