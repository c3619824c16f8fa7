import type { NetworkFacts } from '../networks.ts'
import type { ScannedBlock } from '../scanned-block.ts'
import { proveAmounts } from './amounts.ts'
import { namesHeight, readCoinbase } from './coinbase.ts'
import { witnessFault } from './commitment.ts'
import type { Roots } from './roots.ts'
import { spendFault } from './spend.ts'
import { workFault } from './work.ts'

/** What came of proving one block. */
export interface BlockProof {
  /** What in it can't be true, each a sentence without its full stop. */
  faults: readonly string[]
  /** See `AmountsProof`. */
  unclaimed: number
}

/** So many transactions of each block have their inputs compared with what they are said to spend, none with more inputs than that. */
const sampled = 8
const sampledInputs = 8

/** @param roots of the block's own bytes */
export function proveBlock(
  block: ScannedBlock,
  height: number,
  facts: NetworkFacts,
  roots: Roots,
): BlockProof {
  const { header, index, spent } = block
  const coinbase = readCoinbase(block.bytes, index.starts[0] ?? 0)
  const segwit = height >= facts.segwit
  const amounts = spent === null ? { unclaimed: 0 } : proveAmounts(index, spent, height, facts)
  const faults = [
    workFault(header.hash, header.bits, facts),
    Buffer.compare(roots.merkle, header.merkleRoot) === 0
      ? undefined
      : 'its transactions are not those of its merkle root',
    roots.doubled ? 'some of its transactions are there twice (CVE-2012-2459)' : undefined,
    height < facts.bip34 || namesHeight(coinbase, height) ? undefined : 'its coinbase names another height',
    witnessFault(coinbase, roots.witness, segwit),
    amounts.fault,
    sampleFault(block, segwit),
  ]
  return { faults: faults.filter((fault) => fault !== undefined), unclaimed: amounts.unclaimed }
}

/** Looks at a few transactions all over the block: enough to tell spent outputs of another one. */
function sampleFault(block: ScannedBlock, segwit: boolean): string | undefined {
  const { inputCounts } = block.index
  const step = Math.max(1, Math.floor((inputCounts.length - 1) / sampled))
  for (let tx = 1; tx < inputCounts.length; tx += step) {
    if ((inputCounts[tx] as number) > sampledInputs) continue
    const fault = spendsFault(block.transaction(tx), segwit)
    if (fault !== undefined) return fault
  }
  return undefined
}

/** What is wrong with what the inputs of a transaction are said to spend, or `undefined`. */
export function spendsFault(
  { txid, inputs }: ReturnType<ScannedBlock['transaction']>,
  segwit: boolean,
): string | undefined {
  for (const [i, input] of inputs.entries()) {
    const fault = spendFault(input, segwit)
    if (fault !== undefined) return `input ${i} of transaction ${txid}: ${fault}`
  }
  return undefined
}
