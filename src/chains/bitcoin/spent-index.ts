import type { ByteReader } from './byte-reader.ts'
import { type ScriptTable, ScriptTableWriter } from './script-table.ts'
import { indexTxOut, minTxOutBytes } from './tx-out.ts'

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
