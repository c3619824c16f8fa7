import type { ScriptTableWriter } from './block-index.ts'
import { ByteReader, doubleSha256, rpcHex } from './bytes.ts'

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
    reader.advance(4)
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
  for (let skipped = mostStackItems; skipped < items; skipped++) reader.advanceVar()
  return Array.from({ length: Math.min(items, mostStackItems) }, () => reader.takeVar())
}

function readList<T>(reader: ByteReader, read: (reader: ByteReader) => T): T[] {
  const list: T[] = []
  for (let left = reader.count(1); left > 0; left--) list.push(read(reader))
  return list
}

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
  reader.advance(4)
  const inputs = reader.count(minTxInBytes)
  if (inputs > 0) return { segwit: false, inputs }
  if (reader.u8() !== 1) reader.fail('a transaction without inputs')
  const afterMarker = reader.count(minTxInBytes)
  if (afterMarker === 0) reader.fail('a transaction without inputs')
  return { segwit: true, inputs: afterMarker }
}

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
  reader.advance(length)
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

/** The fixed bytes of an output's name: its transaction's id, in the order of its bytes, and its index. */
export const outpointBytes = 36

/** An output by its transaction's id in RPC order and its index: `txid:n`, as Bitcoin Core's own logs write it. */
export function outpointText(outpoint: Uint8Array): string {
  return `${rpcHex(outpoint.subarray(0, 32))}:${indexOf(outpoint)}`
}

/** The hex of the 36 bytes that the text stands for. */
export function outpointHex(text: string): string {
  const { txid, index } = readOutpoint(text)
  const bytes = Buffer.alloc(outpointBytes)
  bytes.set(Buffer.from(txid, 'hex').reverse())
  bytes.writeUInt32LE(index, 32)
  return bytes.toString('hex')
}

export function readOutpoint(text: string): { txid: string; index: number } {
  const [txid = '', index = ''] = text.split(':')
  return { txid, index: Number(index) }
}

function indexOf(outpoint: Uint8Array): number {
  return new DataView(outpoint.buffer, outpoint.byteOffset, outpointBytes).getUint32(32, true)
}
