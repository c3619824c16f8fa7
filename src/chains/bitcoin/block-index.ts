import type { ByteReader } from './byte-reader.ts'
import { type ScriptTable, ScriptTableWriter } from './script-table.ts'
import { readTransactionStart } from './transaction-start.ts'
import { indexTxOut, minTxOutBytes } from './tx-out.ts'

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
    reader.skip(36)
    reader.skipVar()
    reader.skip(4)
  }
  let sum = 0
  for (let left = reader.count(minTxOutBytes); left > 0; left--) sum += indexTxOut(reader, outputs)
  index.sums[tx] = sum
  index.bodyEnds[tx] = reader.position
  outputs.endGroup()
  if (segwit) {
    for (let i = 0; i < inputs; i++) {
      for (let items = reader.count(1); items > 0; items--) reader.skipVar()
    }
  }
  reader.skip(4)
}

/** A coinbase's only input names transaction zero, output 0xffffffff (src/primitives/transaction.h, COutPoint::IsNull). */
function spendsNothing(reader: ByteReader): boolean {
  const at = reader.position
  const id = reader.take(32)
  const index = reader.u32()
  reader.position = at
  return index === 0xffffffff && id.every((byte) => byte === 0)
}
