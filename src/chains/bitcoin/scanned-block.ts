import type { OwnLookup } from '../../screening/own.ts'
import type { ScreenableTx } from '../../screening/types.ts'
import type { Extraction, Unscreened } from '../source.ts'
import { type BlockIndex, indexBlock } from './block-index.ts'
import { ByteReader } from './byte-reader.ts'
import { extractTransaction } from './extract-transaction.ts'
import { FormBudget } from './form-budget.ts'
import { type BlockHeader, readHeader } from './header.ts'
import { indexSpent, type SpentIndex } from './spent-index.ts'
import { readTransaction, type Transaction } from './transaction.ts'

/** A block and the outputs it spends, as bytes in the forms of `/rest/block` and `/rest/spenttxouts`. Every way to read a node ends in this. */
export interface RawBlock {
  block: Uint8Array
  /** `null` where the node does not say what inputs spend. */
  spent: Uint8Array | null
  /** Bytes the node sent for it. */
  received: number
  /** Gives the memory of both back: neither may be read after it. */
  release?: () => void
}

const keysLeftOut = {
  what: 'keys',
  reason: 'it shows so many public keys that some of its parties are matched by their script alone',
}

/** A block whose bytes were checked, ready to be looked through. */
export class ScannedBlock {
  readonly header: BlockHeader
  readonly index: BlockIndex
  readonly spent: SpentIndex | null
  readonly #raw: RawBlock
  #released = false

  /** @throws ChainscreenError `node-bad-answer` where the bytes are not this block, or the spent outputs not this block's */
  constructor(raw: RawBlock, hash: string) {
    const reader = new ByteReader(raw.block, `Block ${hash}`)
    this.header = readHeader(reader, hash)
    this.index = indexBlock(reader)
    this.#raw = raw
    const spent = raw.spent && new ByteReader(raw.spent, `Spent outputs of block ${hash}`)
    this.spent = spent && indexSpent(spent, this.index.inputCounts)
  }

  get bytes(): Uint8Array {
    return this.#raw.block
  }

  get spentBytes(): Uint8Array | null {
    return this.#raw.spent
  }

  /** Gives the block's memory back: nothing may be read of it any more. */
  release(): void {
    if (this.#released) return
    this.#released = true
    this.#raw.release?.()
  }

  /** What touches own addresses: looks up each script in place, and builds only the transactions with a hit. */
  extract(own: OwnLookup): Extraction {
    if (this.#released) throw new Error('a block was scanned after its memory was released')
    const { block, spent } = this.#raw
    const { starts, outputs } = this.index
    const transactions: ScreenableTx[] = []
    const unscreened: Unscreened[] = []
    for (let tx = 0; tx < starts.length; tx++) {
      const touches =
        outputs.mayTouch(tx, block, own) || (spent !== null && this.spent?.scripts.mayTouch(tx, spent, own))
      if (!touches) continue
      const budget = new FormBudget()
      const screenable = extractTransaction(this.transaction(tx), own, budget)
      if (screenable === null) continue
      transactions.push(screenable)
      if (budget.exceeded) unscreened.push({ ...keysLeftOut, txHash: screenable.hash })
    }
    return { transactions, unscreened }
  }

  /** @param tx its place in the block */
  transaction(tx: number): Transaction {
    const { block, spent } = this.#raw
    const start = this.spent?.starts[tx]
    const list = spent === null || start === undefined ? null : { bytes: spent, start }
    return readTransaction(block, this.index.starts[tx] ?? 0, list)
  }
}
