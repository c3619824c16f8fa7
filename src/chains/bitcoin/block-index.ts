import type { OwnLookup } from '../../screening/types.ts'
import type { ByteReader } from './bytes.ts'
import { indexTxOut, minTxOutBytes, readTransactionStart } from './transaction.ts'

/** The fewest bytes of a transaction: version, one input, one output with an empty script, lock time. */
const minTransactionBytes = 60

/** Where the transactions of a block and their output scripts stand. */
export interface BlockIndex {
  /** Byte at which each transaction begins. */
  starts: Uint32Array
  /** Byte behind the outputs of each transaction, where its witnesses or its lock time follow. */
  bodyEnds: Uint32Array
  inputCounts: Uint32Array
  outputs: ScriptTable
  /** Satoshi that each transaction pays out; above 2^53 not exact, which is more than there is. */
  sums: Float64Array
}

/**
 * Walks over the transactions of a block once, checking every length, with the reader behind the header.
 *
 * @throws ChainscreenError `node-bad-answer` where the bytes are not exactly one well-formed block
 */
export function indexBlock(reader: ByteReader): BlockIndex {
  const count = reader.count(minTransactionBytes)
  if (count === 0) reader.fail('a block without transactions')
  const outputs = new ScriptTableWriter(count)
  const index = {
    starts: new Uint32Array(count),
    bodyEnds: new Uint32Array(count),
    inputCounts: new Uint32Array(count),
    sums: new Float64Array(count),
  }
  for (let i = 0; i < count; i++) indexTransaction(reader, index, outputs, i)
  reader.end()
  return { ...index, outputs: outputs.finish() }
}

function indexTransaction(
  reader: ByteReader,
  index: Omit<BlockIndex, 'outputs'>,
  outputs: ScriptTableWriter,
  tx: number,
): void {
  index.starts[tx] = reader.position
  const { segwit, inputs } = readTransactionStart(reader)
  index.inputCounts[tx] = inputs
  if (tx === 0 && (inputs !== 1 || !spendsNothing(reader)))
    reader.fail('a first transaction that is no coinbase')
  for (let i = 0; i < inputs; i++) {
    reader.advance(36)
    reader.advanceVar()
    reader.advance(4)
  }
  let sum = 0
  for (let left = reader.count(minTxOutBytes); left > 0; left--) sum += indexTxOut(reader, outputs)
  index.sums[tx] = sum
  index.bodyEnds[tx] = reader.position
  outputs.endGroup()
  if (segwit) {
    for (let i = 0; i < inputs; i++) {
      for (let items = reader.count(1); items > 0; items--) reader.advanceVar()
    }
  }
  reader.advance(4)
}

/** A coinbase's only input names transaction zero, output 0xffffffff (src/primitives/transaction.h, COutPoint::IsNull). */
function spendsNothing(reader: ByteReader): boolean {
  const at = reader.position
  const id = reader.take(32)
  const index = reader.u32()
  reader.position = at
  return index === 0xffffffff && id.every((byte) => byte === 0)
}

/**
 * Where the scripts of a block stand in its bytes, grouped by transaction. Two numbers a script and one a
 * transaction, in typed arrays: a block with 100,000 scripts costs no objects.
 */
interface ScriptTable {
  /** For each script where it begins and where it ends. */
  spans: Uint32Array
  /** For each group how many numbers of `spans` it and those before it take. */
  groupEnds: Uint32Array
}

/** Spans of the table that is being filled; indexing a block never waits, so all tables can use it in turn. At most 4 MB: a block has no more. */
let scratch = new Uint32Array(1 << 14)

/** Fills a {@link ScriptTable}. */
export class ScriptTableWriter {
  #spans = scratch
  #used = 0
  readonly #groupEnds: Uint32Array
  #groups = 0

  constructor(groups: number) {
    this.#groupEnds = new Uint32Array(groups)
  }

  /** Adds the script `bytes[start..end)` to the group that is being filled. */
  add(start: number, end: number): void {
    if (this.#used === this.#spans.length) {
      scratch = new Uint32Array(this.#used * 2)
      scratch.set(this.#spans)
      this.#spans = scratch
    }
    this.#spans[this.#used] = start
    this.#spans[this.#used + 1] = end
    this.#used += 2
  }

  endGroup(): void {
    this.#groupEnds[this.#groups] = this.#used
    this.#groups += 1
  }

  /** To be called once, after the last script and before another table is begun. */
  finish(): ScriptTable {
    return { spans: this.#spans.slice(0, this.#used), groupEnds: this.#groupEnds }
  }
}

/** Whether any script of a group may be an own address. The hot path: one look-up a script. */
export function mayTouch(
  { spans, groupEnds }: ScriptTable,
  group: number,
  bytes: Uint8Array,
  own: OwnLookup,
): boolean {
  const end = groupEnds[group] ?? 0
  for (let i = group === 0 ? 0 : (groupEnds[group - 1] ?? 0); i < end; i += 2) {
    if (own.mayHaveScript(bytes, spans[i] as number, spans[i + 1] as number)) return true
  }
  return false
}

/** Where the outputs that a block's inputs spend stand, by transaction. */
export interface SpentIndex {
  /** Byte at which each transaction's list begins. */
  starts: Uint32Array
  scripts: ScriptTable
  /** Satoshi that each transaction spends; above 2^53 not exact, which is more than there is. */
  sums: Float64Array
}

/**
 * Walks over a block's spent outputs as `/rest/spenttxouts` serves them: the number of transactions; for each the number of
 * inputs (none for the coinbase) and the output each one spends. Checks that they belong to a block with these inputs.
 *
 * Source of the format: Bitcoin Core 30, src/rest.cpp, rest_spent_txouts.
 *
 * @throws ChainscreenError `node-bad-answer`
 */
export function indexSpent(reader: ByteReader, inputCounts: Uint32Array): SpentIndex {
  const count = reader.count(1)
  if (count !== inputCounts.length) reader.fail(`${count} transactions, the block has ${inputCounts.length}`)
  const starts = new Uint32Array(count)
  const scripts = new ScriptTableWriter(count)
  const sums = new Float64Array(count)
  for (let tx = 0; tx < count; tx++) {
    starts[tx] = reader.position
    const inputs = reader.count(minTxOutBytes)
    const expected = tx === 0 ? 0 : inputCounts[tx]
    if (inputs !== expected) reader.fail(`${inputs} inputs for transaction ${tx}, the block has ${expected}`)
    let sum = 0
    for (let i = 0; i < inputs; i++) sum += indexTxOut(reader, scripts)
    sums[tx] = sum
    scripts.endGroup()
  }
  reader.end()
  return { starts, scripts: scripts.finish(), sums }
}
