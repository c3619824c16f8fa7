import type { Movement } from './movement.ts'

const zero = `0x${'0'.repeat(40)}`

/**
 * Without the `Deposit` and `Withdrawal` of wrapped coins that write a `Transfer` from or to the zero address beside
 * them (WETH9 does not, its copies on some chains do): one movement, counted once.
 */
export function withoutWrapDoubles(movements: readonly Movement[]): readonly Movement[] {
  if (movements.every(({ from, to }) => from !== null && to !== null)) return movements
  const minted = new Map<string, number>()
  for (const movement of movements) {
    if (movement.from !== zero && movement.to !== zero) continue
    const id = idOf(movement)
    minted.set(id, (minted.get(id) ?? 0) + 1)
  }
  return movements.filter((movement) => {
    if (movement.from !== null && movement.to !== null) return true
    const id = idOf(movement)
    const left = minted.get(id) ?? 0
    if (left === 0) return true
    minted.set(id, left - 1)
    return false
  })
}

/** The same for a `Deposit` and for the `Transfer` beside it. */
function idOf({ asset, from, to, amount }: Movement): string {
  return [asset, from ?? zero, to ?? zero, amount].join(' ')
}
