import { addRegrade } from '../alerts/regrades.ts'
import { noteUnscreenedRange } from '../coverage/unscreened.ts'
import { all, type Db, inTransaction, one, run } from '../database.ts'

/** What the config says of an asset of a chain. */
export interface KnownAsset {
  /** `native`, or the contract, lower-case with 0x. */
  asset: string
  /** `null`: no longer named. */
  symbol: string | null
  decimals: number | null
  /** It wraps the native coin. */
  wrapped: boolean
}

/** An asset that the config calls otherwise than the ledger. */
export interface RenamedAsset {
  asset: string
  /** `null`: not named. */
  was: string | null
  now: string | null
}

/** The asset by which the config names what a transfer moved: `erc20:0x…` and `erc721:0x…:ID` are of the contract `0x…`. */
export function assetName(asset: string): string {
  return asset.split(':')[1] ?? asset
}

/** The decimals of what a transfer moved, as the config has them; `null` where they are not known. */
export function decimalsOf(db: Db, chain: string, asset: string): number | null {
  const sql = 'select decimals from known_assets where chain = ? and asset = ?'
  return one<{ decimals: number | null }>(db, sql, chain, assetName(asset))?.decimals ?? null
}

/** What the config last said of the assets of a chain. */
export function readKnownAssets(db: Db, chain: string): Map<string, KnownAsset> {
  const rows = all<Omit<KnownAsset, 'wrapped'> & { wrapped: number }>(
    db,
    'select asset, symbol, decimals, wrapped from known_assets where chain = ? order by asset',
    chain,
  )
  return new Map(rows.map((row) => [row.asset, { ...row, wrapped: row.wrapped === 1 }]))
}

/**
 * Takes over what the config says of the assets of a chain, before it is followed. Where that is other than it was, stored
 * transfers and the alerts that stand are to be graded anew; a coin that wraps the native one from now on makes a gap of the
 * blocks that were followed without that.
 *
 * @returns what is called otherwise than before, where there is anything to be graded anew.
 */
export function putKnownAssets(
  db: Db,
  chain: string,
  assets: readonly KnownAsset[],
  at: string,
): RenamedAsset[] {
  return inTransaction(db, () => {
    const known = readKnownAssets(db, chain)
    const named = new Set(assets.map(({ asset }) => asset))
    const gone = [...known.values()]
      .filter(({ asset, symbol }) => symbol !== null && !named.has(asset))
      .map(({ asset }): KnownAsset => ({ asset, symbol: null, decimals: null, wrapped: false }))
    const changed = [...assets, ...gone].filter((next) => !isSame(known.get(next.asset), next))
    for (const next of changed) {
      putKnownAsset(db, chain, next)
      if (next.wrapped && known.get(next.asset)?.wrapped !== true) noteUnfollowed(db, chain, next, at)
    }
    if (changed.length === 0 || !hasMovements(db, chain)) return []
    // A database of before this was written down: what it called assets is in its rows alone.
    const isFirst = known.size === 0
    addRegrade(db, { chain, assets: isFirst ? null : changed.map(({ asset }) => asset), at })
    if (isFirst) return []
    return changed.map(({ asset, symbol }) => ({
      asset,
      was: known.get(asset)?.symbol ?? null,
      now: symbol,
    }))
  })
}

function isSame(known: KnownAsset | undefined, next: KnownAsset): boolean {
  if (known === undefined) return false
  return known.symbol === next.symbol && known.decimals === next.decimals && known.wrapped === next.wrapped
}

function putKnownAsset(db: Db, chain: string, { asset, symbol, decimals, wrapped }: KnownAsset): void {
  run(
    db,
    'insert or replace into known_assets (chain, asset, symbol, decimals, wrapped) values (?, ?, ?, ?, ?)',
    ...[chain, asset, symbol, decimals, wrapped ? 1 : 0],
  )
}

function hasMovements(db: Db, chain: string): boolean {
  return one(db, 'select 1 from transaction_blocks where chain = ? limit 1', chain) !== undefined
}

/** Who passed the coin on as the wrapped one, or the other way round, stands in no stored row. */
function noteUnfollowed(db: Db, chain: string, { asset, symbol }: KnownAsset, at: string): void {
  const covered = one<{ from: number | null; to: number | null }>(
    db,
    'select min(from_height) as "from", max(to_height) as "to" from coverage where chain = ?',
    chain,
  )
  if (covered?.from == null || covered.to === null) return
  noteUnscreenedRange(
    db,
    chain,
    covered as { from: number; to: number },
    {
      what: 'wrapped',
      reason: `${symbol} (${asset}) was not known to wrap the native coin, so its upstream and onward parties were not searched for`,
    },
    at,
  )
}
