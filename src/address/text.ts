import { writeBase58Check } from './formats/base58-check.ts'
import { writeBnb, writeWitness } from './formats/bech32.ts'
import { writeCashAddress } from './formats/cash-address.ts'
import { writeEvm } from './formats/evm.ts'
import { writeMonero, writeSolana, writeXrp } from './formats/unwatched.ts'
import { type Family, type Key, keyBytes, keyFamily } from './key.ts'
import { type AddressPrefixes, type BitcoinNetwork, bitcoinPrefixes, relativePrefixes } from './network.ts'
import { p2pkhHash, p2shHash, witnessProgram } from './script-templates.ts'

export type { BitcoinNetwork } from './network.ts'

type Writer = (bytes: Uint8Array, network: BitcoinNetwork) => string | null

const writers: Readonly<Record<Family, Writer>> = {
  evm: writeEvm,
  bitcoin: (script, network) => writeScript(script, bitcoinPrefixes[network]) ?? `script:${hexOf(script)}`,
  tron: (account) => writeBase58Check('41', account),
  'bitcoin-cash': writeCashAddress,
  litecoin: (script) => writeScript(script, relativePrefixes.litecoin),
  dash: (script) => writeScript(script, relativePrefixes.dash),
  zcash: (script) => writeScript(script, relativePrefixes.zcash),
  dogecoin: (script) => writeScript(script, relativePrefixes.dogecoin),
  'bitcoin-gold': (script) => writeScript(script, relativePrefixes['bitcoin-gold']),
  verge: (script) => writeScript(script, relativePrefixes.verge),
  monero: writeMonero,
  xrp: writeXrp,
  bnb: writeBnb,
  solana: writeSolana,
}

/**
 * The text of a key as its chain writes it: EIP-55; base58 or lower-case bech32; cashaddr with prefix; `script:HEX` for a
 * Bitcoin script without an address. `parseAddress` reads it back to the same key (Verge's `D…` with its label).
 *
 * @param network decides the prefix of Bitcoin addresses; other families are written for their main network.
 * @returns the key itself for a script of Litecoin, Dash, Zcash, Dogecoin, Bitcoin Gold or Verge that has no address.
 * @example
 * addressText('evm:d8da6bf26964af9d7eed9e03e53415d37aa96045') // '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045'
 */
export function addressText(key: Key, network: BitcoinNetwork = 'mainnet'): string {
  return writers[keyFamily(key)](keyBytes(key), network) ?? key
}

function writeScript(script: Uint8Array, prefixes: AddressPrefixes): string | null {
  const keyHash = p2pkhHash(script)
  if (keyHash) return writeBase58Check(prefixes.p2pkh, keyHash)
  const scriptHash = p2shHash(script)
  if (scriptHash) return writeBase58Check(prefixes.p2sh, scriptHash)
  const witness = prefixes.hrp === null ? null : witnessProgram(script)
  if (!witness || prefixes.hrp === null) return null
  const { version, program } = witness
  if (version === 0 && program.length !== 20 && program.length !== 32) return null
  return writeWitness(prefixes.hrp, version, program)
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
