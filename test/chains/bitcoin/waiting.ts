import { Transaction } from 'bitcoinjs-lib'
import { type BuiltBlock, buildBlock, type Coin, type TxSpec } from './build-block.ts'
import { regtestChain } from './regtest-chain.ts'

/** Transactions that wait, as a node has them. */
export interface Waiting {
  txids: readonly string[]
  /** Of a fake node. */
  mempool: ReadonlyMap<string, string>
  coins: ReadonlyMap<string, object>
  /** The `txid:n` that each spends. */
  spends: readonly (readonly string[])[]
  /** A chain whose block 2 has them all. */
  mined: readonly BuiltBlock[]
}

/** Makes these wait on top of block 1; what they spend are coins, unless it is said to be of another one. */
export function waiting(...txs: readonly TxSpec[]): Waiting {
  const mined = regtestChain({}, { txs })
  const [, ...txids] = mined[2]?.txids ?? []
  const [, ...hexes] = mined[2]?.hexes ?? []
  const spends = hexes.map((hex) =>
    Transaction.fromHex(hex).ins.map(
      ({ hash, index }) => `${Buffer.from(hash).reverse().toString('hex')}:${index}`,
    ),
  )
  const coins = new Map(
    txs.flatMap(({ inputs }, tx) =>
      inputs.flatMap((coin, i) =>
        coin.of === undefined ? [[spends[tx]?.[i] ?? '', coinOf(coin)] as const] : [],
      ),
    ),
  )
  return { txids, mempool: new Map(txids.map((txid, i) => [txid, hexes[i] ?? ''])), coins, spends, mined }
}

/** As Bitcoin Core writes it; an amount is a number with eight decimals, which JSON.parse would round. */
function coinOf({ script, value }: Coin): object {
  return {
    bestblock: '00',
    confirmations: 1,
    value: Number(value) / 1e8,
    scriptPubKey: { hex: Buffer.from(script).toString('hex') },
  }
}

/** A block of no chain, for transactions whose ids are wanted before they wait. */
export function idOf(tx: TxSpec): string {
  return buildBlock({ height: 2, txs: [tx] }).txids[1] ?? ''
}
