/** What is kept of the undecoded logs of one transaction. */
export interface UndecodedLimits {
  /** Where there would be more transfers, there is one, of all its undecoded logs. */
  transfers: number
  /** Addresses that are kept as parties. */
  parties: number
}

/** What would have to be kept of them all. */
export type UndecodedNeeds = UndecodedLimits

/** Addresses that one transaction may name in undecoded logs, and have kept for lists to come. */
export const maxUndecodedParties = 5_000

/**
 * The same for a block, and how many transfers its undecoded logs are. A word of a log costs its writer 256 gas: without a
 * bound, a block of 36 million gas that is full of own addresses would be 140,000 rows.
 */
export const ofBlock: UndecodedLimits = { transfers: 2_000, parties: 20_000 }

/** What a transaction may have where its block does not have too much. */
export const ofTransaction: UndecodedLimits = { ...ofBlock, parties: maxUndecodedParties }

/** For a transaction that an own address signed: nobody else can write these, and many transfers may be its purpose. */
export const ofOwn: UndecodedLimits = { ...ofTransaction, transfers: Number.POSITIVE_INFINITY }

/**
 * Shares out among the transactions of a block what is kept of their undecoded logs: to those that need the least first, so
 * that who fills a block with such logs takes nothing from others. The same block and the same own addresses give the same.
 *
 * @param needs of each transaction, in the order of the block.
 * @returns limits by the transaction's place among them, for those that get less than they need.
 */
export function shareOut(needs: readonly UndecodedNeeds[]): Map<number, UndecodedLimits> {
  const limits = new Map<number, UndecodedLimits>()
  const left = { ...ofBlock }
  const sizeOf = ({ transfers, parties }: UndecodedNeeds) => transfers + parties
  const byNeed = needs.map((need, place) => ({ need, place })).sort((a, b) => sizeOf(a.need) - sizeOf(b.need))
  for (const { need, place } of byNeed) {
    const transfers = need.transfers <= left.transfers ? need.transfers : 1
    const parties = Math.min(need.parties, left.parties)
    left.parties -= parties
    if (transfers === need.transfers) left.transfers -= transfers
    if (transfers < need.transfers || parties < need.parties) limits.set(place, { transfers, parties })
  }
  return limits
}
