import { ByteReader } from './byte-reader.ts'
import { doubleSha256, rpcHex } from './double-sha256.ts'
import { readTransactionStart } from './transaction-start.ts'
import { readTxOut, type TxOut } from './tx-out.ts'

/** Source: Bitcoin Core, src/script/script.h, MAX_STACK_SIZE. */
const mostStackItems = 1000

/** What an input shows to be allowed to spend. Views into the block. */
export interface Spend {
  scriptSig: Uint8Array
  /** At most the last 1,000 items. */
  witness: readonly Uint8Array[]
}

/** A transaction as its own bytes tell it. */
export interface BareTransaction {
  /** In RPC order. */
  txid: string
  /** `outpoint`: the 36 bytes of the id, in the order of its bytes, and the index of the output that is spent. */
  spends: readonly (Spend & { outpoint: Uint8Array })[]
  outputs: readonly TxOut[]
}

/** A transaction with the outputs it spends; only built for transactions that touch an own address. */
export interface Transaction {
  /** In RPC order. */
  txid: string
  /** Empty for a coinbase, and where the node does not say what inputs spend. */
  inputs: readonly (TxOut & Spend)[]
  outputs: readonly TxOut[]
}

/** Reads the transaction at the reader's position. */
export function readBareTransaction(reader: ByteReader): BareTransaction {
  const { bytes, position: start } = reader
  const { segwit, inputs } = readTransactionStart(reader)
  const bodyStart = start + (segwit ? 6 : 4)
  const shown: { outpoint: Uint8Array; scriptSig: Uint8Array }[] = []
  for (let i = 0; i < inputs; i++) {
    shown.push({ outpoint: reader.take(36), scriptSig: reader.takeVar() })
    reader.skip(4)
  }
  const outputs = readList(reader, readTxOut)
  const bodyEnd = reader.position
  const spends = shown.map((one) => ({
    ...one,
    witness: segwit ? readWitness(reader) : [],
  }))
  const txid = doubleSha256(
    bytes.subarray(start, start + 4),
    bytes.subarray(bodyStart, bodyEnd),
    reader.take(4),
  )
  return { txid: rpcHex(txid), spends, outputs }
}

/**
 * Reads a transaction of a block that was indexed before.
 *
 * @param spent the list of outputs it spends, where it begins; `null` where the node does not say
 */
export function readTransaction(
  block: Uint8Array,
  start: number,
  spent: { bytes: Uint8Array; start: number } | null,
): Transaction {
  const reader = new ByteReader(block, 'block')
  reader.position = start
  const { txid, spends, outputs } = readBareTransaction(reader)
  if (spent === null) return { txid, inputs: [], outputs }
  const spentReader = new ByteReader(spent.bytes, 'spent outputs')
  spentReader.position = spent.start
  const coins = readList(spentReader, readTxOut)
  return {
    txid,
    inputs: coins.map((coin, i) => ({
      ...coin,
      scriptSig: spends[i]?.scriptSig ?? new Uint8Array(),
      witness: spends[i]?.witness ?? [],
    })),
    outputs,
  }
}

/** The items of a witness, of very many only the last: nothing runs with more, but a program of a later version may have them. */
function readWitness(reader: ByteReader): Uint8Array[] {
  const items = reader.count(1)
  for (let skipped = mostStackItems; skipped < items; skipped++) reader.skipVar()
  return Array.from({ length: Math.min(items, mostStackItems) }, () => reader.takeVar())
}

function readList<T>(reader: ByteReader, read: (reader: ByteReader) => T): T[] {
  const list: T[] = []
  for (let left = reader.count(1); left > 0; left--) list.push(read(reader))
  return list
}
