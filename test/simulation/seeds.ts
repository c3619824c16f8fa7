/** Seeds that once failed. They stay. */
const onceFailed: Readonly<Record<'evm' | 'bitcoin', readonly number[]>> = {
  // 33, 150, 212, 264: another block was taken for genesis.
  evm: [33, 150, 212, 264],
  // 103: a key spend of somebody else was taken for one of an own Taproot output.
  bitcoin: [103],
}

/** The seeds of a run: twenty fixed ones and those that once failed; `SEEDS=300` for as many, from `FIRST_SEED` on. */
export function seeds(family: 'evm' | 'bitcoin'): number[] {
  const count = Number(process.env.SEEDS ?? 20)
  const first = Number(process.env.FIRST_SEED ?? 1)
  return [...onceFailed[family], ...Array.from({ length: count }, (_, index) => first + index)]
}
