import { isPublicKey } from './public-key.ts'
import { hash160, scriptChunks } from './script-templates.ts'

/** A spend that shows more keys than this is cut here: the longest multisig has 20. */
const maxKeys = 32

/** Consensus runs no longer script before Taproot. */
const maxScriptBytes = 10_000

/**
 * The public keys that spending an output reveals: the key beside a P2PKH or P2WPKH signature, and those inside a
 * redeem or witness script (P2PK, multisig, any push of a key), with the key whose hash such a script names.
 * Taproot reveals none: it is matched only exactly. At most 32 keys, without repeats; never throws.
 *
 * The input's previous output is not looked at, so these keys are as trustworthy as the spend itself: a script may
 * push a key that nobody had to sign for.
 */
export function revealedPublicKeys(scriptSig: Uint8Array, witness: readonly Uint8Array[]): Uint8Array[] {
  const found = new Map<string, Uint8Array>()
  const add = (key: Uint8Array) => {
    if (found.size < maxKeys) found.set(Buffer.from(key).toString('hex'), key)
  }
  const pushes = scriptPushes(scriptSig)
  for (const key of stackKeys(pushes)) add(key)
  if (!isTaprootScriptPath(scriptSig, witness)) for (const key of stackKeys(witness)) add(key)
  return [...found.values()]
}

/** The last item is a key (P2PKH, P2WPKH) or a script (P2SH, P2WSH) that the items before it satisfy. */
function stackKeys(stack: readonly Uint8Array[]): Uint8Array[] {
  const last = stack.at(-1)
  if (!last) return []
  if (isPublicKey(last)) return stack.length === 2 ? [last] : []
  const inside = scriptPushes(last)
  const keys = inside.filter(isPublicKey)
  const hashes = new Set(inside.filter((push) => push.length === 20).map(hexOf))
  if (hashes.size === 0) return keys
  // Bounded: a hostile witness may hold thousands of items in the shape of a key.
  const candidates = stack.slice(0, -1).filter(isPublicKey).slice(0, maxKeys)
  return [...keys, ...candidates.filter((key) => hashes.has(hexOf(hash160(key))))]
}

/** Everything a script pushes, or nothing where it is not well-formed or too long to run. */
function scriptPushes(script: Uint8Array): Uint8Array[] {
  if (script.length > maxScriptBytes) return []
  const chunks = scriptChunks(script) ?? []
  return chunks.filter((chunk) => typeof chunk !== 'number')
}

/**
 * A control block (BIP341) ends a script-path spend, before an optional annex. Its first byte is no opcode that a
 * script of an older kind could run, so nothing else looks like it.
 */
function isTaprootScriptPath(scriptSig: Uint8Array, witness: readonly Uint8Array[]): boolean {
  if (scriptSig.length > 0 || witness.length < 2) return false
  const hasAnnex = witness.at(-1)?.[0] === 0x50
  const control = witness.at(hasAnnex ? -2 : -1)
  return control !== undefined && (control[0] ?? 0) >= 0xc0 && control.length % 32 === 1
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
