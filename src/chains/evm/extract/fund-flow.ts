import type { TokenTable } from '../types.ts'
import type { IsOwn } from './context.ts'
import type { Moved } from './movement.ts'

/**
 * Who stands behind the senders of our deposits and behind the receivers of our withdrawals, by the movements of
 * one transaction. Foreign addresses, lower-case.
 */
export interface FundFlow {
  /** `upstream` of a deposit, `onward` of a withdrawal. */
  of(movement: Moved): Iterable<string>
  /**
   * For a transaction too large to follow each transfer on its own: every address that is upstream of any deposit,
   * and onward of any withdrawal, of it. More than the truth of a single transfer, never less.
   */
  whole: { upstream: ReadonlySet<string>; onward: ReadonlySet<string> } | null
}

/**
 * Following each transfer on its own costs, per asset, transfers of ours × movements. Up to this many steps a
 * transaction is followed exactly; above it (thousands of logs, a hostile contract) once for all its transfers, in
 * one pass. Both find every address.
 */
export const maxExactSteps = 50_000

/** A movement with both sides: of a wrapped coin that came into being or ceased, its contract is the other one. */
interface Hop {
  movement: Moved
  from: string
  to: string
}

/** All movements of one asset. */
interface AssetFlow {
  hops: Hop[]
  /** Native coin and wrapped coin: when a call moved the one, and when a log told of the other, can't be compared. */
  mixed: boolean
  senders: ReadonlyMap<string, readonly string[]> | null
  receivers: ReadonlyMap<string, readonly string[]> | null
}

/**
 * Follows assets through a transaction's movements. Upstream: who in the same transaction moved the same asset into the
 * sender, before (a router) or after (reimbursed), and so on backwards. Onward: who later got it from our receiver, and so on.
 * The native coin and the tokens that wrap it are one asset. A movement of nothing carries nothing on, and the trail ends at
 * own addresses: what they move is a transfer of its own.
 */
export function fundFlow(movements: readonly Moved[], isOwn: IsOwn, tokens: TokenTable): FundFlow {
  const flows = flowsOf(movements, tokens)
  let steps = 0
  for (const { hops } of flows.values())
    steps += hops.filter((hop) => isOurs(hop, isOwn)).length * hops.length
  if (steps > maxExactSteps) {
    const upstream = new Set<string>()
    const onward = new Set<string>()
    for (const flow of flows.values()) {
      const ours = flow.hops.filter((hop) => isOurs(hop, isOwn))
      follow(
        sendersOf(flow, isOwn),
        ours.filter(({ to }) => isOwn(to)).map(({ from }) => from),
        upstream,
      )
      if (flow.mixed)
        follow(
          receiversOf(flow, isOwn),
          ours.filter(({ from }) => isOwn(from)).map(({ to }) => to),
          onward,
        )
      else walkOn(flow.hops, 0, new Set(), onward, isOwn, true)
    }
    return { of: () => [], whole: { upstream, onward } }
  }
  return {
    of: (movement) => {
      const flow = flows.get(flowNameOf(movement, tokens).name)
      return flow === undefined ? [] : exact(flow, movement, isOwn)
    },
    whole: null,
  }
}

function flowsOf(movements: readonly Moved[], tokens: TokenTable): Map<string, AssetFlow> {
  const flows = new Map<string, AssetFlow>()
  for (const movement of movements) {
    if (movement.amount === 0n) continue
    const { name, wrapper } = flowNameOf(movement, tokens)
    const from = movement.from ?? wrapper
    const to = movement.to ?? wrapper
    if (from === null || to === null) continue
    const flow = flows.get(name)
    if (flow === undefined) {
      flows.set(name, { hops: [{ movement, from, to }], mixed: false, senders: null, receivers: null })
      continue
    }
    flow.mixed ||= flow.hops[0]?.movement.asset !== movement.asset
    flow.hops.push({ movement, from, to })
  }
  return flows
}

/** What an asset is followed as, and the contract that wraps it. */
function flowNameOf({ asset }: Moved, tokens: TokenTable): { name: string; wrapper: string | null } {
  if (tokens.size === 0) return { name: asset, wrapper: null }
  const token = asset.startsWith('erc20:') ? asset.slice('erc20:'.length) : ''
  return tokens.get(token)?.wrapped ? { name: 'native', wrapper: token } : { name: asset, wrapper: null }
}

function isOurs({ from, to }: Hop, isOwn: IsOwn): boolean {
  return isOwn(from) !== isOwn(to)
}

function exact(flow: AssetFlow, movement: Moved, isOwn: IsOwn): Iterable<string> {
  const at = flow.hops.findIndex((hop) => hop.movement === movement)
  const { from, to } = flow.hops[at] ?? {}
  if (from === undefined || to === undefined) return []
  const found = new Set<string>()
  if (isOwn(to)) follow(sendersOf(flow, isOwn), [from], found)
  else if (flow.mixed) follow(receiversOf(flow, isOwn), [to], found)
  else walkOn(flow.hops, at + 1, new Set([to]), found, isOwn, false)
  found.delete(isOwn(to) ? from : to)
  return found
}

/** Everybody beside the first ones who is reached from them, nearest first. */
function follow(
  next: ReadonlyMap<string, readonly string[]>,
  first: readonly string[],
  found: Set<string>,
): void {
  const reached = new Set(first)
  // Grows while it is gone through: a Set gives what is added meanwhile.
  for (const address of reached)
    for (const neighbour of next.get(address) ?? []) {
      found.add(neighbour)
      reached.add(neighbour)
    }
}

/** The foreign addresses that moved the asset into each address, and those that got it from each. */
function sendersOf(flow: AssetFlow, isOwn: IsOwn): ReadonlyMap<string, readonly string[]> {
  flow.senders ??= neighbours(
    flow.hops.map(({ from, to }) => [to, from]),
    isOwn,
  )
  return flow.senders
}

function receiversOf(flow: AssetFlow, isOwn: IsOwn): ReadonlyMap<string, readonly string[]> {
  flow.receivers ??= neighbours(
    flow.hops.map(({ from, to }) => [from, to]),
    isOwn,
  )
  return flow.receivers
}

function neighbours(
  pairs: readonly (readonly [string, string])[],
  isOwn: IsOwn,
): ReadonlyMap<string, readonly string[]> {
  const all = new Map<string, string[]>()
  for (const [of, other] of pairs) {
    if (isOwn(of) || isOwn(other)) continue
    const known = all.get(of)
    if (known === undefined) all.set(of, [other])
    else known.push(other)
  }
  return all
}

/** Onwards from `start`: receivers from what `reached` holds are found, and reached themselves. */
function walkOn(
  hops: readonly Hop[],
  start: number,
  reached: Set<string>,
  found: Set<string>,
  isOwn: IsOwn,
  fromEveryWithdrawal: boolean,
): void {
  for (let i = start; i < hops.length; i++) {
    const { from, to } = hops[i] ?? {}
    if (!from || !to || isOwn(to)) continue
    if (reached.has(from)) {
      found.add(to)
      reached.add(to)
    } else if (fromEveryWithdrawal && isOwn(from)) reached.add(to)
  }
}
