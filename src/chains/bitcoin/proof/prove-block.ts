import type { NetworkFacts } from '../networks.ts'
import type { ScannedBlock } from '../scanned-block.ts'
import { proveAmounts } from './amounts.ts'
import { namesHeight, readCoinbase } from './coinbase.ts'
import { witnessFault } from './commitment.ts'
import type { BlockHashes } from './hash-here.ts'
import { workFault } from './work.ts'

/** What came of proving one block. */
export interface BlockProof {
  /** What in it can't be true, each a sentence without its full stop. */
  faults: readonly string[]
  /** See `AmountsProof`. */
  unclaimed: number
}

/** @param hashes of the same block */
export function proveBlock(
  block: ScannedBlock,
  height: number,
  facts: NetworkFacts,
  hashes: BlockHashes,
): BlockProof {
  const { header, index, spent } = block
  const coinbase = readCoinbase(block.bytes, index.starts[0] ?? 0)
  const segwit = height >= facts.segwit
  const amounts = spent === null ? { unclaimed: 0 } : proveAmounts(index, spent, height, facts)
  const faults = [
    workFault(header.hash, header.bits, facts),
    Buffer.compare(hashes.merkle, header.merkleRoot) === 0
      ? undefined
      : 'its transactions are not those of its merkle root',
    hashes.doubled ? 'some of its transactions are there twice (CVE-2012-2459)' : undefined,
    height < facts.bip34 || namesHeight(coinbase, height) ? undefined : 'its coinbase names another height',
    witnessFault(coinbase, hashes.witness, segwit),
    amounts.fault,
    spendsFault(block, hashes.spends),
  ]
  return { faults: faults.filter((fault) => fault !== undefined), unclaimed: amounts.unclaimed }
}

function spendsFault(block: ScannedBlock, spends: BlockHashes['spends']): string | undefined {
  if (!spends?.fault) return undefined
  const { tx, input, problem } = spends.fault
  const more = spends.faults > 1 ? ` (and ${spends.faults - 1} more inputs like it)` : ''
  return `input ${input} of transaction ${block.transaction(tx).txid}: ${problem}${more}`
}
