import type { ByteReader } from './byte-reader.ts'

/** The fewest bytes of an input: previous output (36), empty script (1), sequence (4). */
const minTxInBytes = 41

export interface TransactionStart {
  /** Witnesses follow the outputs (BIP 144). */
  segwit: boolean
  /** At least one. */
  inputs: number
}

/** Reads version, segwit marker and number of inputs; the reader then stands at the first input. */
export function readTransactionStart(reader: ByteReader): TransactionStart {
  reader.skip(4)
  const inputs = reader.count(minTxInBytes)
  if (inputs > 0) return { segwit: false, inputs }
  if (reader.u8() !== 1) reader.fail('a transaction without inputs')
  const afterMarker = reader.count(minTxInBytes)
  if (afterMarker === 0) reader.fail('a transaction without inputs')
  return { segwit: true, inputs: afterMarker }
}
