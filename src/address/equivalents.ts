import { type Family, type Key, keyBytes, keyFamily, keyHex, makeKey } from './key.ts'
import { accountOf, classifyScript, publicKeyVariants, scriptPublicKeys } from './script.ts'
import {
  hash160,
  p2pkhHash,
  p2pkhScript,
  p2shHash,
  p2shScript,
  witnessProgram,
  witnessScript,
} from './script-templates.ts'

/** Why two keys are taken for the same party, most direct first. */
export const bases = ['exact', 'same-key', 'same-script', 'same-account'] as const

export type MatchBasis = (typeof bases)[number]

/** The weaker of two bases: a chain of equivalences is as good as its weakest link. */
export function weaker(a: MatchBasis, b: MatchBasis): MatchBasis {
  return bases.indexOf(a) >= bases.indexOf(b) ? a : b
}

/** Another key of the same party, and why it is. */
interface Equivalent {
  key: Key
  basis: Exclude<MatchBasis, 'exact'>
}

/**
 * The other keys a party controls that holds this one, as far as the key alone tells.
 *
 * - `same-key`: P2PKH, P2WPKH and P2SH-P2WPKH of one public key hash, on Bitcoin and Litecoin, and P2PKH on Bitcoin
 *   Cash (BSV writes Bitcoin's text). A P2PK script, which is how a published public key is kept, gives those of its key,
 *   and the accounts of the key on EVM chains and Tron.
 * - `same-script`: P2WSH and P2SH-P2WSH of one script hash; P2SH on Bitcoin, Bitcoin Cash and Litecoin.
 * - `same-account`: Tron and EVM.
 *
 * P2SH hides its script and gives only itself on the other chains (see {@link nestedVariants}). Taproot gives nothing. No repeats, never the key
 * itself. The equivalents of an equivalent are among them, save that the hash of an uncompressed key gives no segwit
 * variant here: a P2PKH address can't tell that its key is one.
 */
export function equivalents(key: Key): Equivalent[] {
  const found = new Map<Key, Equivalent>()
  for (const equivalent of candidates(key)) {
    if (equivalent.key !== key && !found.has(equivalent.key)) found.set(equivalent.key, equivalent)
  }
  return [...found.values()]
}

/**
 * The P2SH that hold a P2WPKH of this key hash, or this P2WSH: what a listed P2SH may hide. Nothing leads from the P2SH to
 * them, so whoever is held against the lists brings them along. Of P2PKH and P2WPKH `same-key`, of P2WSH `same-script`.
 */
export function nestedVariants(key: Key): Equivalent[] {
  const family = keyFamily(key)
  if (family !== 'bitcoin' && family !== 'litecoin') return []
  const script = keyBytes(key)
  const witness = witnessProgram(script)
  const program = witness?.version === 0 ? witness.program : undefined
  const keyHash = p2pkhHash(script) ?? (program?.length === 20 ? program : null)
  const nest = (segwit: Uint8Array) => makeKey(family, p2shScript(hash160(segwit)))
  if (keyHash !== null) return [{ key: nest(witnessScript(0, keyHash)), basis: 'same-key' }]
  return program?.length === 32 ? [{ key: nest(script), basis: 'same-script' }] : []
}

/**
 * Other keys of whoever holds a key, which no listed key leads to: its {@link nestedVariants}, and the variants of each public key
 * that its script shows. A party brings them along, and so does an own address.
 */
export function holderVariants(key: Key): Equivalent[] {
  const shown = keyFamily(key) === 'bitcoin' ? scriptPublicKeys(keyBytes(key)) : []
  return [...nestedVariants(key), ...shown.flatMap(publicKeyVariants)]
}

function candidates(key: Key): Equivalent[] {
  switch (keyFamily(key)) {
    case 'evm':
      return [{ key: `tron:${keyHex(key)}`, basis: 'same-account' }]
    case 'tron':
      return [{ key: `evm:${keyHex(key)}`, basis: 'same-account' }]
    case 'bitcoin':
      return [...ofScript(keyBytes(key)), ...ofPublicKey(keyBytes(key))]
    case 'bitcoin-cash':
    case 'litecoin':
      return ofScript(keyBytes(key))
    default:
      return []
  }
}

function ofScript(script: Uint8Array): Equivalent[] {
  const keyHash = p2pkhHash(script)
  if (keyHash) return ofKeyHash(keyHash)
  if (p2shHash(script)) return onChains(legacyChains, script, 'same-script')
  const witness = witnessProgram(script)
  if (witness?.version !== 0) return []
  if (witness.program.length === 20) return ofKeyHash(witness.program)
  return witness.program.length === 32 ? ofScriptHash(script) : []
}

const segwitChains = ['bitcoin', 'litecoin'] as const
const legacyChains = ['bitcoin', 'litecoin', 'bitcoin-cash'] as const

function ofKeyHash(hash: Uint8Array): Equivalent[] {
  const segwit = witnessScript(0, hash)
  const nested = p2shScript(hash160(segwit))
  return [
    ...onChains(legacyChains, p2pkhScript(hash), 'same-key'),
    ...onChains(segwitChains, segwit, 'same-key'),
    ...onChains(segwitChains, nested, 'same-key'),
    // Bitcoin Cash has no segwit: there it is only the script that is the same.
    ...onChains(['bitcoin-cash'], nested, 'same-script'),
  ]
}

function ofScriptHash(segwit: Uint8Array): Equivalent[] {
  const nested = p2shScript(hash160(segwit))
  return [...onChains(segwitChains, segwit, 'same-script'), ...onChains(legacyChains, nested, 'same-script')]
}

/** P2PK alone: one key of a multisig is not the party. */
function ofPublicKey(script: Uint8Array): Equivalent[] {
  if (classifyScript(script) !== 'p2pk') return []
  const publicKeys = scriptPublicKeys(script)
  const accounts = publicKeys.flatMap((publicKey) => accountOf(publicKey) ?? [])
  const variants = publicKeys.flatMap(publicKeyVariants).flatMap((variant) => {
    const formScript = keyBytes(variant.key)
    const witness = witnessProgram(formScript)
    if (witness) return ofKeyHash(witness.program)
    return p2pkhHash(formScript) ? onChains(legacyChains, formScript, 'same-key') : []
  })
  return [...variants, ...accounts.flatMap((account) => onChains(['evm', 'tron'], account, 'same-key'))]
}

function onChains(families: readonly Family[], script: Uint8Array, basis: Equivalent['basis']): Equivalent[] {
  return families.map((family) => ({ key: makeKey(family, script), basis }))
}

/**
 * The keys under which a listed key is put into an index: itself, and those of its equivalents that a watched chain
 * can have. An equivalence can't always be walked back (a P2SH hides its script), so each is written down with the key
 * that it comes from.
 *
 * Whatever matches a key is found in such an index under itself, or, where it is of a chain that is not watched, under one
 * of its own equivalents.
 */
export function indexVariants(key: Key): Key[] {
  return [key, ...equivalents(key).flatMap((variant) => (isWatched(variant.key) ? [variant.key] : []))]
}

/** Whether a party on a chain that is followed can have this key. */
export function isWatched(key: Key): boolean {
  const family = keyFamily(key)
  return family === 'evm' || family === 'bitcoin'
}
