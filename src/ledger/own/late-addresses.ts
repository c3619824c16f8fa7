import { familyOfChain } from '../blocks/chain.ts'
import { pendingReplays, type Replay } from '../blocks/replays.ts'
import type { ChainRow, CoverageGap } from '../coverage/coverage-gaps.ts'
import type { CoveredRange } from '../coverage/ranges.ts'
import { all, type Db } from '../database.ts'
import { removalsOn } from './remove-own.ts'

/**
 * An address registered after a block was screened was not looked for in it. (One that was derived because the chain
 * used those before it is another thing: see {@link lateDerived}.)
 */
export function lateAddresses(
  db: Db,
  chain: Pick<ChainRow, 'id' | 'caip2'>,
  ranges: readonly CoveredRange[],
): CoverageGap[] {
  const added = all<{ revision: number; addresses: number }>(
    db,
    `select o.revision, count(*) - ifnull((select w.addresses from own_widenings w where w.revision = o.revision), 0)
       as addresses
     from own_addresses o where o.removed_at is null and o.chain in ('', ?) and o.key like ? || ':%' group by o.revision`,
    ...[chain.id, familyOfChain(chain)],
  )
  const pending = pendingReplays(db, chain.id)
  return ranges.flatMap(({ from, to, ownRevision, weaker }) => {
    const late = added.filter(({ revision }) => revision > ownRevision)
    const addresses = late.reduce((sum, row) => sum + row.addresses, 0)
    if (addresses === 0) return []
    const job = jobOver(pending, { from, to })
    const isScreenedLess = late.every(({ revision }) => revision <= (weaker?.ownRevision ?? -1))
    const remedy =
      job === undefined
        ? isScreenedLess
          ? 'the rescan for them lacked call traces, inputs or proof that the first reading had: a replay with these closes the gap'
          : 'replay screens them'
        : `a rescan of blocks ${job.next} to ${job.to} is queued`
    return [{ from, to, reason: `${addresses} own addresses were registered later (${remedy})` }]
  })
}

/** An address that was own when a block was screened, and was removed since, was not screened in it. */
export function removedAddresses(
  db: Db,
  chain: Pick<ChainRow, 'id' | 'caip2'>,
  ranges: readonly CoveredRange[],
): CoverageGap[] {
  const removals = removalsOn(db, chain)
  if (removals.length === 0) return []
  const pending = pendingReplays(db, chain.id)
  return ranges.flatMap(({ from, to, ownRevision }) => {
    const addresses = removals.filter(
      ({ addedRevision, revision }) => addedRevision <= ownRevision && ownRevision < revision,
    ).length
    if (addresses === 0) return []
    const job = jobOver(pending, { from, to })
    const remedy =
      job === undefined ? 'replay screens them' : `a rescan of blocks ${job.next} to ${job.to} is queued`
    return [
      { from, to, reason: `${addresses} addresses were screened as own, and were removed since (${remedy})` },
    ]
  })
}

function jobOver(pending: readonly Replay[], { from, to }: { from: number; to: number }): Replay | undefined {
  return pending.find((each) => each.next <= to && each.to >= from)
}

/**
 * Addresses that became own because the chain used others of their descriptor: nobody is paid at them before, as long as
 * no more than the gap limit were handed out ahead. Whether that held, only the exchange knows.
 */
export function lateDerived(db: Db, chain: string, ranges: readonly CoveredRange[]): CoverageGap[] {
  const widenings = all<{ revision: number; addresses: number }>(
    db,
    `select revision, addresses from own_widenings where chain in ('', ?) order by revision`,
    chain,
  )
  const lateIn = ({ ownRevision }: CoveredRange) =>
    widenings.reduce((sum, { revision, addresses }) => sum + (revision > ownRevision ? addresses : 0), 0)
  const late = ranges.filter((range) => lateIn(range) > 0)
  const [first, last] = [late[0], late.at(-1)]
  if (first === undefined || last === undefined) return []
  const addresses = Math.max(...late.map(lateIn))
  return [
    {
      from: first.from,
      to: last.to,
      reason: `up to ${addresses} addresses were derived later, as the chain used their descriptors: found here only if no more than the gap limit were handed out ahead (a replay screens them)`,
    },
  ]
}
