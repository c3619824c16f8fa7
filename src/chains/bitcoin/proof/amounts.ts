import type { BlockIndex } from '../block-index.ts'
import type { NetworkFacts } from '../networks.ts'
import type { SpentIndex } from '../spent-index.ts'

/** Satoshi of the first subsidy, and the most there can ever be (src/consensus/amount.h). */
const firstSubsidy = 5_000_000_000
const maxMoney = 2_100_000_000_000_000

export interface AmountsProof {
  fault?: string
  /** Satoshi that the miner could have taken and did not. Legal, and rare: spent outputs of another block look the same. Zero where fees are left as a rule. */
  unclaimed: number
}

/** Whether the outputs that a block spends can be what it pays for: no transaction spends less than it pays out, and the coinbase takes the fees. */
export function proveAmounts(
  { sums: paid }: BlockIndex,
  { sums: spent }: SpentIndex,
  height: number,
  facts: NetworkFacts,
): AmountsProof {
  let fees = 0
  for (let tx = 1; tx < paid.length; tx++) {
    const [into, out] = [spent[tx] as number, paid[tx] as number]
    if (into > maxMoney || out > into)
      return { fault: `transaction ${tx} spends ${into} satoshi and pays out ${out}`, unclaimed: 0 }
    fees += into - out
  }
  const allowed = subsidyAt(height, facts) + fees
  const taken = paid[0] as number
  if (taken <= allowed) return { unclaimed: facts.feesTaken ? allowed - taken : 0 }
  return { fault: `the coinbase takes ${taken} satoshi, subsidy and fees are ${allowed}`, unclaimed: 0 }
}

/** Source: Bitcoin Core, src/validation.cpp, GetBlockSubsidy. */
export function subsidyAt(height: number, { halving }: Pick<NetworkFacts, 'halving'>): number {
  return Math.floor(firstSubsidy / 2 ** Math.floor(height / halving))
}
