import { ByteReader } from './byte-reader.ts'
import { doubleSha256, rpcHex } from './double-sha256.ts'
import { readTransactionStart } from './transaction-start.ts'
import { readTxOut, type TxOut } from './tx-out.ts'

/** What an input shows to be allowed to spend. Views into the block. */
export interface Spend {
  scriptSig: Uint8Array
  witness: readonly Uint8Array[]
}

/** A transaction with the outputs it spends; only built for transactions that touch an own address. */
export interface Transaction {
  /** In RPC order. */
  txid: string
  /** Empty for a coinbase. */
  inputs: readonly (TxOut & Spend)[]
  outputs: readonly TxOut[]
}

/**
 * Reads a transaction of a block that was indexed before.
 *
 * @param spentStart where its list of spent outputs begins in `spent`
 */
export function readTransaction(
  block: Uint8Array,
  start: number,
  spent: Uint8Array,
  spentStart: number,
): Transaction {
  const reader = new ByteReader(block, 'block')
  reader.position = start
  const { segwit, inputs } = readTransactionStart(reader)
  const bodyStart = start + (segwit ? 6 : 4)
  const scriptSigs: Uint8Array[] = []
  for (let i = 0; i < inputs; i++) {
    reader.skip(36)
    scriptSigs.push(reader.takeVar())
    reader.skip(4)
  }
  const outputs = readList(reader, readTxOut)
  const bodyEnd = reader.position
  const witnesses = segwit ? scriptSigs.map(() => readList(reader, (from) => from.takeVar())) : []
  const txid = doubleSha256(
    block.subarray(start, start + 4),
    block.subarray(bodyStart, bodyEnd),
    reader.take(4),
  )
  const spentReader = new ByteReader(spent, 'spent outputs')
  spentReader.position = spentStart
  const coins = readList(spentReader, readTxOut)
  return {
    txid: rpcHex(txid),
    inputs: coins.map((coin, i) => ({
      ...coin,
      scriptSig: scriptSigs[i] ?? new Uint8Array(),
      witness: witnesses[i] ?? [],
    })),
    outputs,
  }
}

function readList<T>(reader: ByteReader, read: (reader: ByteReader) => T): T[] {
  const list: T[] = []
  for (let left = reader.compactSize(); left > 0; left--) list.push(read(reader))
  return list
}
