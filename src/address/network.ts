/** The Bitcoin networks a config can name. Testnet 4 and signet share their prefixes. */
export type BitcoinNetwork = 'mainnet' | 'testnet4' | 'signet' | 'regtest'

/** How addresses of one network are written: version bytes in hex, and the bech32 prefix. */
export interface AddressPrefixes {
  p2pkh: string
  p2sh: string
  hrp: string | null
}

const testnet = { p2pkh: '6f', p2sh: 'c4', hrp: 'tb' }

/** Source: `src/kernel/chainparams.cpp` of Bitcoin Core. */
export const bitcoinPrefixes: Readonly<Record<BitcoinNetwork, AddressPrefixes>> = {
  mainnet: { p2pkh: '00', p2sh: '05', hrp: 'bc' },
  testnet4: testnet,
  signet: testnet,
  regtest: { ...testnet, hrp: 'bcrt' },
}

/** Main-net prefixes of Bitcoin's relatives. Sources: each chain's `chainparams.cpp`, SLIP-173 for the bech32 prefixes. */
export const relativePrefixes = {
  litecoin: { p2pkh: '30', p2sh: '32', hrp: 'ltc' },
  dash: { p2pkh: '4c', p2sh: '10', hrp: null },
  zcash: { p2pkh: '1cb8', p2sh: '1cbd', hrp: null },
  dogecoin: { p2pkh: '1e', p2sh: '16', hrp: null },
  'bitcoin-gold': { p2pkh: '26', p2sh: '17', hrp: 'btg' },
  verge: { p2pkh: '1e', p2sh: '21', hrp: null },
} as const satisfies Record<string, AddressPrefixes>
