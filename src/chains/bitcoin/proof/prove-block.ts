import { ChainscreenError } from '../../../diagnostics/errors.ts'
import type { Unscreened } from '../../source.ts'
import type { BlockIndex, SpentIndex } from '../block-index.ts'
import { ByteReader, doubleSha256 } from '../bytes.ts'
import type { NetworkFacts } from '../networks.ts'
import { type BlockHeader, type ScannedBlock, transactionOf } from '../scanned-block.ts'
import { readTransactionStart, readTxOut } from '../transaction.ts'
import type { BlockHashes, hashBlock } from './hash-block.ts'
import { rulesAt } from './revealed.ts'
import type { UnverifiedInput } from './spends.ts'

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

/** `strict`: a fault refuses the block. `warn`: it is recorded. `off`: nothing is proved. */
export type VerifyMode = 'strict' | 'warn' | 'off'

export interface ProvedBlock {
  /** What of the block can't be proved; in mode `warn` also what proved false. */
  unverified: readonly Unscreened[]
  /** The miner left some of the fees, or the spent outputs are not this block's: worth another look. */
  doubtful: boolean
  /** Inputs of which it can't be proved what they spend: they may be own ones, and are said to be somebody else's. */
  unverifiedInputs: readonly UnverifiedInput[]
}

type HashBlock = typeof hashBlock

const nothing: ProvedBlock = { unverified: [], doubtful: false, unverifiedInputs: [] }
const unclaimedReason =
  'the coinbase takes less than subsidy and fees, which it may, and which leaves the amounts of spent outputs unproved'

/** Proves what one node serves. */
export class BlockVerifier {
  readonly mode: VerifyMode
  readonly #facts: NetworkFacts
  readonly #hash: HashBlock

  constructor(mode: VerifyMode, facts: NetworkFacts, hash: HashBlock) {
    this.mode = mode
    this.#facts = facts
    this.#hash = hash
  }

  /** @throws ChainscreenError `node-bad-answer` in mode `strict`, where something in the block can't be true */
  async prove(block: ScannedBlock, height: number): Promise<ProvedBlock> {
    if (this.mode === 'off') return nothing
    const hashes = await this.#hash(block, rulesAt(height, this.#facts))
    const { faults, unclaimed } = proveBlock(block, height, this.#facts, hashes)
    const unverified = this.#judge(faults, block)
    if (unclaimed > 0) unverified.push({ what: 'unverified', reason: unclaimedReason })
    return {
      unverified,
      doubtful: unclaimed > 0,
      unverifiedInputs: hashes.spends?.unverified ?? [],
    }
  }

  /** Of a header alone. @throws ChainscreenError `node-bad-answer` in mode `strict`, where its hash shows too little work */
  proveWork(header: BlockHeader): void {
    const fault = this.mode === 'strict' ? workFault(header.hash, header.bits, this.#facts) : undefined
    if (fault !== undefined) this.#judge([fault], { header })
  }

  #judge(faults: readonly string[], { header }: Pick<ScannedBlock, 'header'>): Unscreened[] {
    const [first] = faults
    if (first !== undefined && this.mode === 'strict') {
      throw new ChainscreenError(
        'node-bad-answer',
        `Block ${header.hash} fails verification: ${first}. Use another node.`,
        { details: faults.map((fault) => `${fault}.`) },
      )
    }
    return faults.map((fault) => ({ what: 'unverified', reason: fault }))
  }
}

/** What a block's first transaction says of the block. Views into it. */
interface Coinbase {
  scriptSig: Uint8Array
  witness: readonly Uint8Array[]
  /** What the last output of that form commits to (BIP 141). */
  commitment: Uint8Array | undefined
}

/** OP_RETURN, a push of 36 bytes, and the header of a witness commitment. */
const commitmentStart = Uint8Array.of(0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed)

/** @param start where the coinbase begins in a block that was indexed before */
function readCoinbase(block: Uint8Array, start: number): Coinbase {
  const reader = new ByteReader(block, 'block')
  reader.position = start
  const { segwit } = readTransactionStart(reader)
  reader.advance(36)
  const scriptSig = reader.takeVar()
  reader.advance(4)
  let commitment: Uint8Array | undefined
  for (let left = reader.compactSize(); left > 0; left--) {
    const { script } = readTxOut(reader)
    const commits = script.length >= 38 && commitmentStart.every((byte, i) => script[i] === byte)
    if (commits) commitment = script.subarray(6, 38)
  }
  const witness: Uint8Array[] = []
  if (segwit) for (let left = reader.compactSize(); left > 0; left--) witness.push(reader.takeVar())
  return { scriptSig, witness, commitment }
}

/** Whether a coinbase begins with its block's height (BIP 34), as Bitcoin Core pushes a number. */
function namesHeight({ scriptSig }: Coinbase, height: number): boolean {
  const expected = pushOf(height)
  return expected.every((byte, i) => scriptSig[i] === byte)
}

function pushOf(number: number): number[] {
  if (number === 0) return [0]
  if (number <= 16) return [0x50 + number]
  const bytes: number[] = []
  for (let left = number; left > 0; left = Math.floor(left / 256)) bytes.push(left % 256)
  // The highest bit is a sign.
  if ((bytes.at(-1) ?? 0) >= 128) bytes.push(0)
  return [bytes.length, ...bytes]
}

/**
 * What is wrong with the witnesses of a block, or `undefined`. Before segwit there are none; from then on the coinbase
 * commits to them, and a block without a commitment has none.
 *
 * Source: BIP 141; Bitcoin Core, src/validation.cpp, CheckWitnessMalleation.
 *
 * @param witnessRoot `null` where no transaction has a witness
 */
function witnessFault(
  { witness, commitment }: Coinbase,
  witnessRoot: Uint8Array | null,
  active: boolean,
): string | undefined {
  if (!active || commitment === undefined)
    return witnessRoot === null ? undefined : 'it has witnesses that nothing in it commits to'
  const [nonce] = witness
  if (witnessRoot === null || nonce === undefined || witness.length !== 1 || nonce.length !== 32)
    return 'its coinbase commits to witnesses, and lacks the 32 bytes that belong to it'
  const expected = doubleSha256(witnessRoot, nonce)
  return expected.equals(commitment) ? undefined : 'the witnesses are not those that its coinbase commits to'
}
