import { evmKey, type Key } from '../../../address/key.ts'
import type { Party, ScreenableTx, Transfer } from '../../../screening/types.ts'
import type { UndecodedCount } from '../../source.ts'
import type { RpcLog } from '../types.ts'
import { nowhere } from '../unreadable.ts'
import { callPathsOf, tokenCallOf } from './call-paths.ts'
import { asParties, type TransactionContext } from './context.ts'
import { isDecoded } from './decode-log.ts'
import { mayBeAddress, topicAddress, unpaddedWords } from './event-words.ts'

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
interface UndecodedTransfers extends Pick<ScreenableTx, 'transfers' | 'parties'> {
  /** Named addresses beyond those that are kept. */
  beyond: readonly Key[]
  /** Own addresses that have no transfer of their own. */
  merged: number
  /** What would have to be kept of all. */
  needs: UndecodedNeeds
}

/**
 * Parties that are kept for each own address on its own. Beyond it, all that the undecoded logs of a transaction name are kept
 * once for the transaction: more than the truth of a single log, never less.
 */
export const maxUndecodedPairs = 500

/** What a log that no decoder knows names, where an own address is among it. */
export function undecodedLog(
  log: RpcLog,
  index: number,
  isOwn: TransactionContext['isOwn'],
): UndecodedLog | null {
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
  // An event that a decoder knows, in a shape that it does not.
  if (isDecoded(topics[0]))
    for (const [at, word] of unpaddedWords(topics, data)) yield [at, topicAddress(word)]
}

/** Logs of one contract that name the same addresses, as one transfer of an unknown amount. */
interface Group {
  id: string
  own: string
  contract: string
  others: ReadonlySet<string>
  path: Set<string>
  logs: number
}

/** Everybody that undecoded logs name beside an own address, and the calls on the path to them. */
export function undecodedTransfers(
  logs: readonly UndecodedLog[],
  { one, isOwn, called, chain }: TransactionContext,
  limits: UndecodedLimits,
): UndecodedTransfers {
  if (logs.length === 0)
    return { transfers: [], parties: [], beyond: [], merged: 0, needs: { transfers: 0, parties: 0 } }
  const calls = logs.map(({ log, index }) => tokenCallOf(one.frames, index, log.address))
  const callPaths = callPathsOf(
    one.frames,
    calls.flatMap((call) => call ?? []),
  )
  const pairs = pairsOf(logs)
  const isFew = callPaths.whole === null && pairs <= Math.min(maxUndecodedPairs, limits.parties)
  const all = new Map<string, Group>()
  for (const [at, undecoded] of logs.entries()) {
    const call = calls[at] ?? null
    const path = call === null ? called : callPaths.to(call)
    for (const own of undecoded.own.keys()) join(all, undecoded, own, isFew, isFew ? path : [])
  }
  const isMerged = all.size > limits.transfers
  const exact = isFew && !isMerged
  const groups = isMerged ? merge(all, logs) : all
  const everybody = exact ? [] : wholeParties(logs, [...called, ...(callPaths.whole ?? [])], isOwn)
  const direction = isOwn(one.tx.from) ? 'withdrawal' : 'deposit'
  const transfers = [...groups.values()].map(
    ({ id, own, contract, others, path, logs: count }): Transfer => ({
      id,
      direction,
      asset: `unknown:${contract}`,
      symbol: chain.tokens.get(contract)?.symbol ?? null,
      amount: null,
      own: evmKey(own),
      parties: partiesOf(contract, others, path, isOwn),
      tags: ['undecoded'],
      logs: count,
    }),
  )
  const kept = everybody.slice(0, limits.parties)
  return {
    transfers,
    parties: asParties('named', kept),
    beyond: everybody.slice(limits.parties).map(evmKey),
    merged: isMerged ? new Set([...all.values()].map(({ own }) => own)).size - 1 : 0,
    needs: { transfers: all.size, parties: exact ? pairs : everybody.length },
  }
}

/** All logs as one transfer, of the first own address that they name. */
function merge(groups: ReadonlyMap<string, Group>, logs: readonly UndecodedLog[]): Map<string, Group> {
  const [first] = groups.values()
  if (first === undefined) return new Map()
  return new Map([['', { ...first, others: new Set(), path: new Set(), logs: logs.length }]])
}

function pairsOf(logs: readonly UndecodedLog[]): number {
  return logs.reduce((sum, { own, others }) => sum + own.size * (1 + others.size), 0)
}

function join(
  groups: Map<string, Group>,
  { log, index, own: places, others }: UndecodedLog,
  own: string,
  exact: boolean,
  path: Iterable<string>,
): void {
  const key = exact ? [own, log.address, ...[...others].sort()].join(' ') : [own, log.address].join(' ')
  const known = groups.get(key)
  if (known !== undefined) {
    known.logs++
    for (const address of path) known.path.add(address)
    return
  }
  // Of several own addresses that a log names, the first has its name, and the others their place beside it.
  const [first] = places.keys()
  const id = own === first ? `log:${index}` : `log:${index}:${places.get(own)}`
  groups.set(key, {
    ...{ id, own, contract: log.address },
    ...{ others: exact ? others : new Set(), path: new Set(path), logs: 1 },
  })
}

function partiesOf(
  contract: string,
  others: ReadonlySet<string>,
  path: ReadonlySet<string>,
  isOwn: TransactionContext['isOwn'],
): Party[] {
  const isOnPath = (address: string) => address !== contract && !isOwn(address)
  return [
    ...asParties('intermediary', path, isOnPath),
    ...asParties('named', others, (address) => !path.has(address)),
    ...asParties('asset', isOwn(contract) ? [] : [contract]),
  ]
}

function wholeParties(
  logs: readonly UndecodedLog[],
  path: readonly string[],
  isOwn: TransactionContext['isOwn'],
): string[] {
  // Who wrote the logs chooses what they name: what was called, and wrote them, is kept before that.
  const all = new Set([...path, ...logs.map(({ log }) => log.address)].filter((address) => !isOwn(address)))
  for (const { others } of logs) for (const address of others) all.add(address)
  return [...all].filter((address) => address !== nowhere)
}

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
