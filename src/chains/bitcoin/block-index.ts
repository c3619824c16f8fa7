import type { ByteReader } from './byte-reader.ts'
import { ScriptTable } from './script-table.ts'
import { readTransactionStart } from './transaction-start.ts'
import { indexTxOut, minTxOutBytes } from './tx-out.ts'

/** The fewest bytes of a transaction: version, one input, one output with an empty script, lock time. */
const minTransactionBytes = 60

/** Where the transactions of a block and their output scripts stand. */
export interface BlockIndex {
  /** Byte at which each transaction begins. */
  starts: Uint32Array
  inputCounts: Uint32Array
  outputs: ScriptTable
}

/**
 * Walks over the transactions of a block once, checking every length, with the reader behind the header.
 *
 * @throws ChainscreenError `node-bad-answer` where the bytes are not exactly one well-formed block
 */
export function indexBlock(reader: ByteReader): BlockIndex {
  const count = reader.count(minTransactionBytes)
  if (count === 0) reader.fail('a block without transactions')
  const starts = new Uint32Array(count)
  const inputCounts = new Uint32Array(count)
  const outputs = new ScriptTable(count)
  for (let i = 0; i < count; i++) {
    starts[i] = reader.position
    inputCounts[i] = indexTransaction(reader, outputs, i === 0)
  }
  reader.end()
  return { starts, inputCounts, outputs: outputs.finish() }
}

function indexTransaction(reader: ByteReader, table: ScriptTable, coinbase: boolean): number {
  const { segwit, inputs } = readTransactionStart(reader)
  if (coinbase && (inputs !== 1 || !spendsNothing(reader)))
    reader.fail('a first transaction that is no coinbase')
  for (let i = 0; i < inputs; i++) {
    reader.skip(36)
    reader.skipVar()
    reader.skip(4)
  }
  const outputs = reader.count(minTxOutBytes)
  for (let i = 0; i < outputs; i++) indexTxOut(reader, table)
  table.endGroup()
  if (segwit) {
    for (let i = 0; i < inputs; i++) {
      for (let items = reader.count(1); items > 0; items--) reader.skipVar()
    }
  }
  reader.skip(4)
  return inputs
}

/** A coinbase's only input names transaction zero, output 0xffffffff (src/primitives/transaction.h, COutPoint::IsNull). */
function spendsNothing(reader: ByteReader): boolean {
  const at = reader.position
  const id = reader.take(32)
  const index = reader.u32()
  reader.position = at
  return index === 0xffffffff && id.every((byte) => byte === 0)
}
