import type { IsOwn } from './is-own.ts'
import type { Movement, RestatedMovement } from './movement.ts'

const zero = `0x${'0'.repeat(40)}`

/**
 * Counts once what contracts tell twice. Many events stand beside a `Transfer` that says the same: ERC-777's, ERC-223's, those
 * of vaults, and the `Deposit` and `Withdrawal` of some wrapped coins (WETH9 writes these alone, its copies on some chains
 * both). The `Transfer` counts, and takes over whom only the other event names.
 */
export function withoutRestated(movements: readonly Movement[], isOwn: IsOwn): readonly Movement[] {
  const mayCountTwice = movements.some(
    ({ restates, from, to }) =>
      restates !== null && ((from !== null && isOwn(from)) || (to !== null && isOwn(to))),
  )
  // To those who only follow the funds, what is told twice is one path.
  if (!mayCountTwice) return movements
  const plain = new Map<string, number[]>()
  for (const [index, movement] of movements.entries()) {
    if (movement.restates !== null) continue
    for (const id of [idOf(movement), idOf({ ...movement, asset: null })]) {
      const places = plain.get(id)
      if (places === undefined) plain.set(id, [index])
      else places.push(index)
    }
  }
  const result: (Movement | null)[] = [...movements]
  // How many movements of an id an event of each kind has restated already.
  const restated = new Map<string, number>()
  for (const [index, movement] of movements.entries()) {
    const { restates, to } = movement
    if (restates === null) continue
    const id = idOf(to !== null && isOwn(to) ? restates.received : restates.sent)
    const kind = `${restates.event} ${id}`
    const before = restated.get(kind) ?? 0
    const place = plain.get(id)?.[before]
    const told = place === undefined ? null : result[place]
    if (place === undefined || !told) continue
    restated.set(kind, before + 1)
    result[place] = takingOver(told, movement, isOwn)
    result[index] = null
  }
  return result.filter((movement) => movement !== null)
}

function takingOver(told: Movement, { operator, from, to }: Movement, isOwn: IsOwn): Movement {
  const others = [from, to].filter(
    (address) => address !== null && address !== told.from && address !== told.to && address !== zero,
  )
  return {
    ...told,
    operator: told.operator ?? operator,
    beyond: [...told.beyond, ...others.filter((address) => address !== null && !isOwn(address))] as string[],
  }
}

/** The same for an event and for the movement that it restates. */
function idOf({ asset, from, to, amount }: RestatedMovement): string {
  return [asset ?? '*', from ?? zero, to ?? zero, amount].join(' ')
}
