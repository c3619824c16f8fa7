import type { IsOwn } from './is-own.ts'
import type { Moved } from './movement.ts'

/**
 * Who stands behind the senders of our deposits and behind the receivers of our withdrawals, by the movements of
 * one transaction. Foreign addresses, lower-case.
 */
export interface Trails {
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

/**
 * Follows assets through a transaction's movements, in the order in which they happened. Upstream: who earlier moved the same asset into the sender, and so on
 * backwards. Onward: who later got it from our receiver, and so on. A movement of nothing carries nothing on, and
 * the trail ends at own addresses: what they move is a transfer of its own.
 */
export function trails(movements: readonly Moved[], isOwn: IsOwn): Trails {
  const byAsset = new Map<string, Moved[]>()
  for (const movement of movements) {
    if (movement.amount === 0n || movement.from === null || movement.to === null) continue
    const list = byAsset.get(movement.asset)
    if (list) list.push(movement)
    else byAsset.set(movement.asset, [movement])
  }
  let steps = 0
  for (const list of byAsset.values()) {
    const ours = list.filter((movement) => isOurs(movement, isOwn)).length
    steps += ours * list.length
  }
  if (steps > maxExactSteps) {
    const upstream = new Set<string>()
    const onward = new Set<string>()
    for (const list of byAsset.values()) {
      walkBack(list, list.length - 1, new Set(), upstream, isOwn, true)
      walkOn(list, 0, new Set(), onward, isOwn, true)
    }
    return { of: () => [], whole: { upstream, onward } }
  }
  return { of: (movement) => exact(byAsset.get(movement.asset) ?? [], movement, isOwn), whole: null }
}

function isOurs({ from, to }: Moved, isOwn: IsOwn): boolean {
  return from !== null && to !== null && isOwn(from) !== isOwn(to)
}

function exact(list: readonly Moved[], movement: Moved, isOwn: IsOwn): Iterable<string> {
  const { from, to } = movement
  const at = list.indexOf(movement)
  if (at < 0 || from === null || to === null) return []
  const found = new Set<string>()
  if (isOwn(to)) walkBack(list, at - 1, new Set([from]), found, isOwn, false)
  else walkOn(list, at + 1, new Set([to]), found, isOwn, false)
  found.delete(isOwn(to) ? from : to)
  return found
}

/** Backwards from `start`: senders into what `reached` holds are found, and reached themselves. */
function walkBack(
  list: readonly Moved[],
  start: number,
  reached: Set<string>,
  found: Set<string>,
  isOwn: IsOwn,
  fromEveryDeposit: boolean,
): void {
  for (let i = start; i >= 0; i--) {
    const { from, to } = list[i] ?? {}
    if (!from || !to || isOwn(from)) continue
    if (reached.has(to)) {
      found.add(from)
      reached.add(from)
    } else if (fromEveryDeposit && isOwn(to)) reached.add(from)
  }
}

/** Onwards from `start`: receivers from what `reached` holds are found, and reached themselves. */
function walkOn(
  list: readonly Moved[],
  start: number,
  reached: Set<string>,
  found: Set<string>,
  isOwn: IsOwn,
  fromEveryWithdrawal: boolean,
): void {
  for (let i = start; i < list.length; i++) {
    const { from, to } = list[i] ?? {}
    if (!from || !to || isOwn(to)) continue
    if (reached.has(from)) {
      found.add(to)
      reached.add(to)
    } else if (fromEveryWithdrawal && isOwn(from)) reached.add(to)
  }
}
