import { evmKey } from '../../../src/address/key.ts'
import type { SourceBlock } from '../../../src/chains/source.ts'
import type { Db } from '../../../src/ledger/database.ts'
import { addOwnAddresses } from '../../../src/ledger/own/own-addresses.ts'
import { type KnownAsset, putKnownAssets } from '../../../src/ledger/transfers/known-assets.ts'
import { screenBlocks } from '../../../src/pipeline/blocks/screen-blocks.ts'
import { address, blockOf, chainOf, hash, log, type TxSketch, topic, words } from '../../chains/evm/build.ts'
import { at, chain, commit, ref } from '../../ledger/fixtures.ts'
import { activateList, screeningLedger } from '../fixtures.ts'
import { rescreenAll } from './rescreen-fixtures.ts'

export const own = address(1)
export const villain = address(0xbad)
export const other = address(0xbae)
export const usdt = address(0x51)
export const dai = address(0x52)
const transferTopic = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'
export const moves = (token: string, from: string, to: string, amount: number | bigint) =>
  log(token, [transferTopic, topic(from), topic(to)], words(amount))
export const pays = (token: string, amount: number | bigint = 5) => moves(token, villain, own, amount)

/** What the config names, as `symbol[:decimals]` by contract. */
export type Names = Record<string, string>

const coin: KnownAsset = { asset: 'native', symbol: 'ETH', decimals: 18, wrapped: false }
export const assetsOf = (names: Names, wrapped: readonly string[] = []): KnownAsset[] => [
  coin,
  ...Object.entries(names).map(([asset, name]) => {
    const [symbol = '', decimals] = name.split(':')
    const known = decimals === undefined ? null : Number(decimals)
    return { asset, symbol, decimals: known, wrapped: wrapped.includes(asset) }
  }),
]

/** A block of these transactions, as a source gives it that knows these names. */
export function block(height: number, names: Names, ...sketches: TxSketch[]): SourceBlock {
  const tokens = assetsOf(names)
    .filter(({ asset }) => asset !== 'native')
    .map(({ asset, symbol }) => ({ address: asset as `0x${string}`, symbol: symbol ?? '' }))
  const named = sketches.map((sketch, index) => ({ hash: hash(height * 100 + index), ...sketch }))
  const read = { ...blockOf(named), frames: null, unreadable: new Map() }
  return {
    ...{ ...ref(height), level: 'logs', unscreened: [], bytes: 0 },
    content: { family: 'evm', ...read, chain: chainOf(tokens), verify: 'off' },
  }
}

/** A ledger of a daemon that knew these names from its beginning. */
export async function ledger(names: Names | null, path = ':memory:') {
  const { db, context } = screeningLedger(path)
  const kind = { kind: 'hot', reference: 'r' } as const
  await addOwnAddresses(db, [{ key: evmKey(own), address: own, chain: '', ...kind }], at)
  activateList(db, [evmKey(villain), evmKey(other)], 'house')
  rescreenAll(db)
  if (names !== null) putKnownAssets(db, chain.id, assetsOf(names), at)
  const follow = (height: number, ...sketches: TxSketch[]) => {
    context.index.refresh()
    commit(db, screenBlocks([block(height, names ?? {}, ...sketches)], chain.id, context.index))
  }
  return { db, follow }
}

/** The next start of the daemon, with these names. */
export function restart(db: Db, names: Names, wrapped: readonly string[] = []) {
  const renamed = putKnownAssets(db, chain.id, assetsOf(names, wrapped), at)
  rescreenAll(db)
  return renamed
}
