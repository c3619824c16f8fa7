/** What the prefix of a Bitcoin address can tell: testnet 4 and signet share theirs, and base58 shares it with regtest. */
export type BitcoinPrefix = 'mainnet' | 'test' | 'regtest'

/**
 * The network that the text of a Bitcoin address is written for. Presentation only: the key is the same on all.
 * `test` in base58 (`m`, `n`, `2`) stands for regtest too; see {@link prefixFits}.
 *
 * @param text an address that `parseAddress` took for one of the family bitcoin.
 * @returns `null` for text without a prefix (a script in hex).
 */
export function bitcoinNetworkOf(text: string): BitcoinPrefix | null {
  const start = text.trim().slice(0, 5).toLowerCase()
  if (start.startsWith('bcrt1')) return 'regtest'
  if (start.startsWith('bc1') || start.startsWith('1') || start.startsWith('3')) return 'mainnet'
  return /^(tb1|[mn2])/.test(start) ? 'test' : null
}

/** Whether an address written like this belongs on a network; text without a prefix fits anywhere. */
export function prefixFits(text: string, network: 'mainnet' | 'testnet4' | 'signet' | 'regtest'): boolean {
  const prefix = bitcoinNetworkOf(text)
  if (prefix === null) return true
  if (network === 'mainnet') return prefix === 'mainnet'
  if (network === 'regtest') return prefix === 'regtest' || (prefix === 'test' && !/^tb1/i.test(text.trim()))
  return prefix === 'test'
}
