import { ChainscreenError } from '../../../errors.ts'
import type { ScreenableTx } from '../../../screening/types.ts'
import type { Unscreened } from '../../source.ts'
import type { NetworkFacts } from '../networks.ts'
import type { ScannedBlock } from '../scanned-block.ts'
import { proveBlock, spendsFault } from './prove-block.ts'
import type { Roots } from './roots.ts'

/** `strict`: a fault refuses the block. `warn`: it is recorded. `off`: nothing is proved. */
export type VerifyMode = 'strict' | 'warn' | 'off'

export interface ProvedBlock {
  /** What of the block can't be proved; in mode `warn` also what proved false. */
  unverified: readonly Unscreened[]
  /** The miner left some of the fees, or the spent outputs are not this block's: worth another look. */
  doubtful: boolean
  /** See `SourceBlock`. */
  proveSenders(extracted: readonly ScreenableTx[]): readonly Unscreened[]
}

const nothing: ProvedBlock = { unverified: [], doubtful: false, proveSenders: () => [] }
const unclaimedReason =
  'the coinbase takes less than subsidy and fees, which it may, and which leaves the amounts of spent outputs unproved'

/** Proves what one node serves. */
export class BlockVerifier {
  readonly mode: VerifyMode
  readonly #facts: NetworkFacts
  readonly #roots: (block: ScannedBlock) => Promise<Roots>
  /** Who paid a transaction is looked at after the block was handed on: a lie that comes out then is what the next block is refused for. */
  #lie: unknown = null

  constructor(mode: VerifyMode, facts: NetworkFacts, roots: (block: ScannedBlock) => Promise<Roots>) {
    this.mode = mode
    this.#facts = facts
    this.#roots = roots
  }

  /** @throws ChainscreenError `node-bad-answer` in mode `strict`, where something in the block can't be true */
  async prove(block: ScannedBlock, height: number): Promise<ProvedBlock> {
    if (this.mode === 'off') return nothing
    if (this.#lie !== null) {
      const before = this.#lie
      this.#lie = null
      throw before
    }
    const { faults, unclaimed } = proveBlock(block, height, this.#facts, await this.#roots(block))
    const unverified = this.#judge(faults, block)
    if (unclaimed > 0) unverified.push({ what: 'unverified', reason: unclaimedReason })
    return {
      unverified,
      doubtful: unclaimed > 0,
      proveSenders: (extracted) => this.#proveSpends(extracted, block, height >= this.#facts.segwit),
    }
  }

  #proveSpends(extracted: readonly ScreenableTx[], block: ScannedBlock, segwit: boolean): Unscreened[] {
    const faults = extracted.flatMap(({ hash }) => {
      const transaction = block.touched(hash)
      return (transaction && spendsFault(transaction, segwit)) ?? []
    })
    try {
      return this.#judge(faults, block)
    } catch (error) {
      this.#lie = error
      throw error
    }
  }

  #judge(faults: readonly string[], { header }: ScannedBlock): Unscreened[] {
    const [first] = faults
    if (first !== undefined && this.mode === 'strict') {
      throw new ChainscreenError(
        'node-bad-answer',
        `Block ${header.hash} does not prove true: ${first}. Ask a node that is in order.`,
        { details: faults.map((fault) => `${fault}.`) },
      )
    }
    return faults.map((fault) => ({ what: 'unverified', reason: fault }))
  }
}
