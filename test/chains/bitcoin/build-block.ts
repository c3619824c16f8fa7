import { Block, script, Transaction } from 'bitcoinjs-lib'
import { digest, p2tr } from './scripts.ts'

/** An output, or the output that an input spends. */
export interface Coin {
  script: Uint8Array
  /** Satoshi. */
  value: bigint
}

/** A transaction's output, by the id in RPC order. */
export interface OutPoint {
  txid: string
  vout: number
}

export interface InputSpec extends Coin {
  scriptSig?: Uint8Array
  witness?: readonly Uint8Array[]
  of?: OutPoint
}

export interface TxSpec {
  inputs: readonly InputSpec[]
  outputs: readonly Coin[]
}

export interface BlockSpec {
  /** After the coinbase. */
  txs?: readonly TxSpec[]
  /** Outputs of the coinbase. Default: 50 BTC to a miner. */
  coinbase?: readonly Coin[]
  /** The height that the coinbase names. Default: the block's. */
  coinbaseHeight?: number
  height?: number
  parentHash?: string
}

/** A block in every form a node serves it. */
export interface BuiltBlock {
  height: number
  hash: string
  parentHash: string
  /** Unix seconds. */
  time: number
  /** `/rest/block/HASH.bin` */
  block: Buffer
  /** `/rest/spenttxouts/HASH.bin` */
  spent: Buffer
  /** The result of `getblock HASH 3`, as JSON text with the amounts that Bitcoin Core writes. */
  verbose: string
  /** The coinbase first. */
  txids: string[]
  /** The transactions, the coinbase first. */
  hexes: string[]
}

export const sats = (btc: number): bigint => BigInt(Math.round(btc * 1e8))

const someParent = '11'.repeat(32)

/** Builds a block of made-up transactions with bitcoinjs-lib, mined for regtest. Nothing is signed. */
export function buildBlock(spec: BlockSpec = {}): BuiltBlock {
  const { height = 7, parentHash = someParent, txs = [] } = spec
  const coinbase = coinbaseTx(
    spec.coinbaseHeight ?? height,
    spec.coinbase ?? [{ script: p2tr('miner'), value: sats(50) }],
  )
  const transactions = [coinbase, ...txs.map((tx, i) => transactionOf(tx, `${height}/${i}`))]
  if (txs.some(({ inputs }) => inputs.some(({ witness }) => witness !== undefined))) commit(transactions)
  const block = new Block()
  block.version = 0x20000000
  block.prevHash = reversed(parentHash)
  block.merkleRoot = Block.calculateMerkleRoot(transactions)
  block.timestamp = 1_700_000_000 + height * 600
  block.bits = 0x207fffff
  block.nonce = height
  block.transactions = transactions
  while ((block.getHash()[31] ?? 0) >= 0x80) block.nonce += 1
  const coins = [[], ...txs.map((tx) => tx.inputs)]
  return {
    height,
    hash: block.getId(),
    parentHash,
    time: block.timestamp,
    block: Buffer.from(block.toBuffer()),
    spent: spentOf(coins),
    verbose: verboseOf(block, height, coins),
    txids: transactions.map((tx) => tx.getId()),
    hexes: transactions.map((tx) => tx.toHex()),
  }
}

function coinbaseTx(height: number, outputs: readonly Coin[]): Transaction {
  const tx = new Transaction()
  const push = script.compile([script.number.encode(height)])
  tx.addInput(Buffer.alloc(32), 0xffffffff, 0xffffffff, Buffer.concat([push, Buffer.from([0])]))
  for (const { script, value } of outputs) tx.addOutput(script, value)
  return tx
}

/** Gives the coinbase the witness and the output that commit to the witnesses of the others (BIP 141). */
function commit(transactions: readonly Transaction[]): void {
  const [coinbase] = transactions
  coinbase?.setWitness(0, [Buffer.alloc(32)])
  const header = Buffer.from('6a24aa21a9ed', 'hex')
  coinbase?.addOutput(Buffer.concat([header, Buffer.alloc(32)]), 0n)
  const root = Block.calculateMerkleRoot([...transactions], true)
  const output = coinbase?.outs.at(-1)
  if (output !== undefined) output.script = Buffer.concat([header, root])
}

function transactionOf(spec: TxSpec, seed: string): Transaction {
  const tx = new Transaction()
  tx.version = 2
  spec.inputs.forEach(({ scriptSig, witness, of }, i) => {
    const parent = of === undefined ? digest(`${seed}/${i}`, 32) : reversed(of.txid)
    tx.addInput(parent, of?.vout ?? i, 0xfffffffd, scriptSig ?? Buffer.alloc(0))
    if (witness !== undefined) tx.setWitness(i, [...witness])
  })
  for (const { script, value } of spec.outputs) tx.addOutput(script, value)
  return tx
}

function spentOf(coins: readonly (readonly Coin[])[]): Buffer {
  const lists = coins.map((list) =>
    Buffer.concat([compactSize(list.length), ...list.map((coin) => serialized(coin))]),
  )
  return Buffer.concat([compactSize(coins.length), ...lists])
}

function serialized({ script, value }: Coin): Buffer {
  const amount = Buffer.alloc(8)
  amount.writeBigInt64LE(value)
  return Buffer.concat([amount, compactSize(script.length), script])
}

export function compactSize(size: number): Buffer {
  if (size < 253) return Buffer.from([size])
  const wide = Buffer.alloc(3, 0xfd)
  wide.writeUInt16LE(size, 1)
  return wide
}

function verboseOf(block: Block, height: number, coins: readonly (readonly Coin[])[]): string {
  const tx = (block.transactions ?? []).map((transaction, t) => ({
    txid: transaction.getId(),
    vin: transaction.ins.map((input, i) => {
      const coin = coins[t]?.[i]
      if (coin === undefined) return { coinbase: hexOf(input.script), sequence: input.sequence }
      return { txid: hexOf(reversed(hexOf(input.hash))), vout: input.index, prevout: jsonCoin(coin) }
    }),
    vout: transaction.outs.map((output, n) => ({ n, ...jsonCoin(output) })),
    hex: transaction.toHex(),
  }))
  const fields = {
    hash: block.getId(),
    height,
    version: block.version,
    merkleroot: hexOf(reversed(hexOf(block.merkleRoot ?? Buffer.alloc(32)))),
    time: block.timestamp,
    nonce: block.nonce,
    bits: block.bits.toString(16),
    previousblockhash: hexOf(reversed(hexOf(block.prevHash ?? Buffer.alloc(32)))),
    tx,
  }
  return JSON.stringify(fields).replace(/"BTC:([0-9.]+)"/g, '$1')
}

function jsonCoin({ script, value }: Coin) {
  const digits = value.toString().padStart(9, '0')
  return { value: `BTC:${digits.slice(0, -8)}.${digits.slice(-8)}`, scriptPubKey: { hex: hexOf(script) } }
}

function reversed(hex: string): Buffer {
  return Buffer.from(hex, 'hex').reverse()
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
