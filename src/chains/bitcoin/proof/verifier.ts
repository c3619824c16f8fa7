import { ChainscreenError } from '../../../diagnostics/errors.ts'
import type { Unscreened } from '../../source.ts'
import type { BlockHeader } from '../header.ts'
import type { NetworkFacts } from '../networks.ts'
import type { ScannedBlock } from '../scanned-block.ts'
import type { hashBlock } from './hash-block.ts'
import { proveBlock, workFault } from './prove-block.ts'
import { rulesAt } from './revealed.ts'
import type { UnverifiedInput } from './spends.ts'

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
