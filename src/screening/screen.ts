import type { Key } from '../address/key.ts'
import { alertsAt, isoTime, listedAtTransfer } from './in-force.ts'
import { levelOf } from './level.ts'
import { mergeFindings, wholeTransfer } from './merge-findings.ts'
import { type Finding, type Party, roles, type ScreenableTx, type Transfer } from './types.ts'
import { type Listings, type Match, matchParty } from './watchlist.ts'

/**
 * What the lists say of the parties of one transaction. Pure: the same transaction, time and watchlist give the
 * same findings in the same order.
 *
 * @param blockTime unix seconds.
 */
export function screen(tx: ScreenableTx, blockTime: number, watchlist: Listings): Finding[] {
  const time = isoTime(blockTime)
  const matches = matchesByKey(tx, watchlist, time)
  // Nearly every transaction ends here.
  if (matches.size === 0) return []
  const isListed = (party: Party) => matches.has(party.key)
  const whole = tx.parties.filter(isListed)
  const meet = (party: Party, transfer: Transfer): Finding[] =>
    (matches.get(party.key) ?? []).map(({ entry, basis }) => ({
      txHash: tx.hash,
      direction: transfer.direction,
      transfer: transfer.id,
      asset: transfer.asset,
      symbol: transfer.symbol,
      amount: transfer.amount,
      own: transfer.own,
      party: party.key,
      role: party.role,
      match: basis,
      entry,
      level: levelOf(basis, party.role, transfer.tags, tx.ownSigned, transfer.symbol !== null),
      tags: transfer.tags,
      listedAtTransfer: listedAtTransfer(entry, time),
      transferCount: transfer.logs ?? 1,
    }))

  const closer: Finding[] = []
  for (const transfer of tx.transfers) {
    const parties = mostDirect([
      ...transfer.parties.filter(isListed),
      ...whole.filter((party) => matchesTransfer(party, transfer)),
    ])
    for (const party of parties) closer.push(...meet(party, transfer))
  }
  const alerted = new Set(closer.map(({ party, entry }) => pairId(party, entry)))
  const bystanders = mostDirect(whole.filter(isBystander)).flatMap((party) => {
    const transfer = wholeTransfer(tx, party.direction)
    return transfer === undefined
      ? []
      : meet(party, transfer).filter(({ entry }) => !alerted.has(pairId(party.key, entry)))
  })
  return [...mergeFindings(closer, tx.ownSigned), ...bystanders]
}

/** The entries that each party matches at this time. A variant that one role of a party reveals counts for all its roles. */
function matchesByKey(tx: ScreenableTx, watchlist: Listings, time: string): Map<Key, Match[]> {
  const variants = new Map<Key, NonNullable<Party['variants']>>()
  const note = (party: Party) => {
    const known = variants.get(party.key)
    if (known === undefined) return void variants.set(party.key, party.variants ?? [])
    // The same party may stand in thousands of transfers, each with the same variants.
    const more = party.variants?.filter((variant) => !known.some((one) => isSameVariant(one, variant))) ?? []
    if (more.length > 0) variants.set(party.key, [...known, ...more])
  }
  tx.parties.forEach(note)
  for (const { parties } of tx.transfers) parties.forEach(note)
  const matches = new Map<Key, Match[]>()
  for (const [key, revealed] of variants) {
    const matched = matchParty(watchlist, { key, variants: revealed }).filter(({ entry }) =>
      alertsAt(entry, time),
    )
    if (matched.length > 0) matches.set(key, matched)
  }
  return matches
}

type Variant = NonNullable<Party['variants']>[number]

function isSameVariant(a: Variant, b: Variant): boolean {
  return a.key === b.key && a.basis === b.basis
}

/** A party with several roles counts once, in its most direct one. */
function mostDirect<P extends Party>(parties: readonly P[]): P[] {
  const best = new Map<Key, P>()
  for (const party of parties) {
    const known = best.get(party.key)
    if (known === undefined || roles.indexOf(party.role) < roles.indexOf(known.role))
      best.set(party.key, party)
  }
  return [...best.values()]
}

function isBystander(party: Party): boolean {
  return party.role === 'co-recipient' || party.role === 'co-input'
}

function matchesTransfer(party: ScreenableTx['parties'][number], transfer: Transfer): boolean {
  if (isBystander(party) || (party.role === 'named' && !transfer.tags.includes('undecoded'))) return false
  return party.direction === undefined || party.direction === transfer.direction
}

function pairId(party: Key, entry: Finding['entry']): string {
  return `${party} ${entry.listId} ${entry.key}`
}
