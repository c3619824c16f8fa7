/**
 * Tickers that say which chain an address is of, or could be: OFAC's (`Digital Currency Address - X`, as of 2025-11-19), and
 * the money of the other families of addresses. `XVG` decides between encodings; the others are only no mistake.
 */
const tickers = new Set([
  ...['ARB', 'BCH', 'BNB', 'BSC', 'BSV', 'BTG', 'DASH', 'ETC', 'ETH', 'LTC', 'SOL', 'TRX', 'USDC', 'USDT'],
  ...['XBT', 'XMR', 'XRP', 'XVG', 'ZEC'],
  ...['BTC', 'DOGE', 'VERGE'],
])

/**
 * Whether a ticker is one that chainscreen knows, in any letter case.
 *
 * @param symbols those of the chains and tokens that are configured.
 */
export function isKnownAsset(ticker: string, symbols: readonly string[]): boolean {
  const text = ticker.trim().toUpperCase()
  return tickers.has(text) || symbols.some((symbol) => symbol.toUpperCase() === text)
}
