import { isLong } from '../long.ts'

/** Seeds that once failed. They stay. */
const onceFailed: Readonly<Record<'evm' | 'bitcoin', readonly number[]>> = {
  // 33, 150, 212, 264: another block was taken for genesis.
  evm: [33, 150, 212, 264],
  // 103: a key spend of somebody else was taken for one of an own Taproot output.
  bitcoin: [103],
}

/** Two every day; in the long run twenty, and those that once failed; `SEEDS=300` for as many, from `FIRST_SEED` on. */
export function seeds(family: 'evm' | 'bitcoin'): number[] {
  const count = Number(process.env.SEEDS ?? (isLong ? 20 : 2))
  const first = Number(process.env.FIRST_SEED ?? 1)
  return [
    ...(isLong ? onceFailed[family] : []),
    ...Array.from({ length: count }, (_, index) => first + index),
  ]
}

/** For what is run a second time in another way: one every day, all in the long run, or with `SEEDS`. */
export function fewSeeds(family: 'evm' | 'bitcoin'): number[] {
  const all = seeds(family)
  return isLong || process.env.SEEDS !== undefined ? all : all.slice(0, 1)
}
