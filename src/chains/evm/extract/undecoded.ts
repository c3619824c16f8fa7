import { evmKey } from '../../../address/key.ts'
import type { Party, ScreenableTx, Transfer } from '../../../screening/types.ts'
import type { UndecodedCount } from '../../source.ts'
import type { RpcLog } from '../types.ts'
import { named } from './named.ts'
import type { Surroundings } from './surroundings.ts'
import { tokenCallOf } from './token-call.ts'
import { waysOf } from './ways.ts'
import { mayBeAddress } from './words.ts'

/** A log that names own addresses and that no decoder understands: it may tell of value that moved in words of its own. */
export interface UndecodedLog {
  log: RpcLog
  /** Its position in the receipt. */
  index: number
  /** Own addresses that it names, and where: the place of the first word that does, topics first. */
  own: ReadonlyMap<string, number>
  /** The foreign ones. */
  others: ReadonlySet<string>
}

/** Kinds of undecoded logs that a block tells apart: a contract may write a topic of its own in every log. */
export const maxUndecodedKinds = 100

/** Counts the undecoded logs of a block by contract and topic. What is not told apart comes last. */
export function countUndecoded(logs: readonly UndecodedLog[]): UndecodedCount[] {
  const counts = new Map<string, UndecodedCount>()
  const rest = { contract: '', topic: '', logs: 0 }
  for (const { log } of logs) {
    const topic = log.topics[0] ?? ''
    const kind = `${log.address} ${topic}`
    const known = counts.get(kind) ?? (counts.size < maxUndecodedKinds ? undefined : rest)
    if (known !== undefined) known.logs++
    else counts.set(kind, { contract: log.address, topic, logs: 1 })
  }
  return [...counts.values(), ...(rest.logs > 0 ? [rest] : [])]
}

/** What undecoded logs of one transaction are screened as. */
export interface UndecodedTransfers extends Pick<ScreenableTx, 'transfers' | 'parties'> {
  /** Named addresses beyond those that are kept. */
  left: number
}

/**
 * Parties that are kept for each own address on its own. Beyond it, all that the undecoded logs of a transaction name are kept
 * once for the transaction: more than the truth of a single log, never less.
 */
export const maxUndecodedPairs = 500

/** Addresses that one transaction may name in undecoded logs, and have kept for lists to come. */
export const maxUndecodedParties = 5_000

/** What a log that no decoder knows names, where an own address is among it. */
export function undecodedLog(log: RpcLog, index: number, isOwn: Surroundings['isOwn']): UndecodedLog | null {
  const own = new Map<string, number>()
  const others = new Set<string>()
  for (const [place, address] of addressesIn(log)) {
    if (isOwn(address)) {
      if (!own.has(address)) own.set(address, place)
    } else if (address !== log.address) others.add(address)
  }
  return own.size === 0 ? null : { log, index, own, others }
}

function* addressesIn({ topics, data }: RpcLog): Generator<readonly [number, string]> {
  for (const [place, topic] of topics.entries())
    if (mayBeAddress(topic, 2)) yield [place, `0x${topic.slice(26)}`]
  let place = topics.length
  for (let start = 2; start + 64 <= data.length; start += 64, place++)
    if (mayBeAddress(data, start)) {
      const address = data.slice(start + 24, start + 64).toLowerCase()
      if (/^[0-9a-f]{40}$/.test(address)) yield [place, `0x${address}`]
    }
}

/** Logs of one contract that name the same addresses, as one transfer of an unknown amount. */
interface Group {
  id: string
  own: string
  contract: string
  others: ReadonlySet<string>
  way: Set<string>
  logs: number
}

/** Everybody that undecoded logs name beside an own address, and the calls on the way to them. */
export function undecodedTransfers(
  logs: readonly UndecodedLog[],
  { one, isOwn, called, chain }: Surroundings,
): UndecodedTransfers {
  if (logs.length === 0) return { transfers: [], parties: [], left: 0 }
  const calls = logs.map(({ log, index }) => tokenCallOf(one.frames, index, log.address))
  const ways = waysOf(
    one.frames,
    calls.flatMap((call) => call ?? []),
  )
  const exact = ways.whole === null && pairsOf(logs) <= maxUndecodedPairs
  const groups = new Map<string, Group>()
  for (const [at, undecoded] of logs.entries()) {
    const call = calls[at] ?? null
    const way = call === null ? called : ways.to(call)
    for (const own of undecoded.own.keys()) join(groups, undecoded, own, exact, exact ? way : [])
  }
  const known = exact ? { kept: [], left: 0 } : wholeParties(logs, [...called, ...(ways.whole ?? [])], isOwn)
  const direction = isOwn(one.tx.from) ? 'withdrawal' : 'deposit'
  const transfers = [...groups.values()].map(
    ({ id, own, contract, others, way, logs: count }): Transfer => ({
      id,
      direction,
      asset: `unknown:${contract}`,
      symbol: chain.tokens.get(contract)?.symbol ?? null,
      amount: null,
      own: evmKey(own),
      parties: partiesOf(contract, others, way, isOwn),
      tags: ['undecoded'],
      logs: count,
    }),
  )
  return { transfers, parties: named('named', known.kept), left: known.left }
}

function pairsOf(logs: readonly UndecodedLog[]): number {
  return logs.reduce((sum, { own, others }) => sum + own.size * (1 + others.size), 0)
}

function join(
  groups: Map<string, Group>,
  { log, index, own: places, others }: UndecodedLog,
  own: string,
  exact: boolean,
  way: Iterable<string>,
): void {
  const key = exact ? [own, log.address, ...[...others].sort()].join(' ') : [own, log.address].join(' ')
  const known = groups.get(key)
  if (known !== undefined) {
    known.logs++
    for (const address of way) known.way.add(address)
    return
  }
  // Of several own addresses that a log names, the first has its name, and the others their place beside it.
  const [first] = places.keys()
  const id = own === first ? `log:${index}` : `log:${index}:${places.get(own)}`
  groups.set(key, {
    ...{ id, own, contract: log.address },
    ...{ others: exact ? others : new Set(), way: new Set(way), logs: 1 },
  })
}

function partiesOf(
  contract: string,
  others: ReadonlySet<string>,
  way: ReadonlySet<string>,
  isOwn: Surroundings['isOwn'],
): Party[] {
  const isOnTheWay = (address: string) => address !== contract && !isOwn(address)
  return [
    ...named('intermediary', way, isOnTheWay),
    ...named('named', others, (address) => !way.has(address)),
    ...named('asset', isOwn(contract) ? [] : [contract]),
  ]
}

function wholeParties(
  logs: readonly UndecodedLog[],
  way: readonly string[],
  isOwn: Surroundings['isOwn'],
): { kept: string[]; left: number } {
  const all = new Set<string>()
  for (const { log, others } of logs) {
    if (!isOwn(log.address)) all.add(log.address)
    for (const address of others) all.add(address)
  }
  for (const address of way) if (!isOwn(address)) all.add(address)
  const kept = [...all].slice(0, maxUndecodedParties)
  return { kept, left: all.size - kept.length }
}
