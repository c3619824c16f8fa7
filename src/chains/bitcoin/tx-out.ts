import type { ByteReader } from './byte-reader.ts'
import type { ScriptTableWriter } from './script-table.ts'

/** The fewest bytes of an output: eight of value, one of script length. */
export const minTxOutBytes = 9

/** The upper four bytes of 21,000,000 BTC in satoshi: no amount can have larger ones (src/consensus/amount.h, MAX_MONEY). */
const maxMoneyHigh = 0x775f0

/**
 * Steps over an output (int64 value, script) and notes where its script stands.
 *
 * @returns its satoshi; a double holds every amount there can be
 */
export function indexTxOut(reader: ByteReader, table: ScriptTableWriter): number {
  const low = reader.u32()
  const high = reader.u32()
  if (high > maxMoneyHigh) reader.fail('an amount above 21,000,000 BTC')
  const length = reader.compactSize()
  const start = reader.position
  reader.skip(length)
  table.add(start, start + length)
  return high * 0x1_0000_0000 + low
}

/** An output with its amount in satoshi; the script is a view into the block. */
export interface TxOut {
  value: bigint
  script: Uint8Array
}

export function readTxOut(reader: ByteReader): TxOut {
  return { value: reader.i64(), script: reader.takeVar() }
}
