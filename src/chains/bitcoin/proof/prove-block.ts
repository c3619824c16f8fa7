import type { BlockIndex } from '../block-index.ts'
import type { NetworkFacts } from '../networks.ts'
import { type ScannedBlock, transactionOf } from '../scanned-block.ts'
import type { SpentIndex } from '../spent-index.ts'
import { namesHeight, readCoinbase, witnessFault } from './coinbase.ts'
import type { BlockHashes } from './hash-here.ts'

/** What came of proving one block. */
interface BlockProof {
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
  return `input ${input} of transaction ${transactionOf(block, tx).txid}: ${problem}${more}`
}

/**
 * What is wrong with a block's proof of work, or `undefined`: its hash must not be above the target of its own bits, and
 * that not above what the network allows. Whether these were the bits that the chain required then is not looked at.
 *
 * Source: Bitcoin Core, src/pow.cpp, DeriveTarget and CheckProofOfWorkImpl.
 *
 * @param hash in RPC order, which is that of a number
 * @param bits of the header
 */
export function workFault(hash: string, bits: number, { powLimit }: NetworkFacts): string | undefined {
  const served = `bits ${bits.toString(16).padStart(8, '0')}`
  const target = targetOf(bits)
  if (target <= 0n) return `${served} are no target`
  if (target > powLimit) return `${served} ask for less work than the network allows`
  return BigInt(`0x${hash}`) > target ? `the hash does not meet its own ${served}` : undefined
}

/** The compact form: a byte of size, a sign, and 23 bits (src/arith_uint256.cpp, SetCompact). */
function targetOf(bits: number): bigint {
  const size = bits >>> 24
  const word = BigInt(bits & 0x7fffff)
  if ((bits & 0x800000) !== 0) return 0n
  return size <= 3 ? word >> BigInt(8 * (3 - size)) : word << BigInt(8 * (size - 3))
}

/** Satoshi of the first subsidy, and the most there can ever be (src/consensus/amount.h). */
const firstSubsidy = 5_000_000_000
const maxMoney = 2_100_000_000_000_000

interface AmountsProof {
  fault?: string
  /** Satoshi that the miner could have taken and did not. Legal, and rare: spent outputs of another block look the same. Zero where fees are left as a rule. */
  unclaimed: number
}

/** Whether the outputs that a block spends can be what it pays for: no transaction spends less than it pays out, and the coinbase takes the fees. */
function proveAmounts(
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
