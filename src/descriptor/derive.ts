import { deriveHdPublicNodeChild, type HdPublicNodeValid, secp256k1 } from '@bitauth/libauth'
import { sha256 } from '@noble/hashes/sha2.js'
import { crypto, opcodes, script } from 'bitcoinjs-lib'
import { hash160, p2pkhScript, p2shScript, witnessScript } from '../address/script-templates.ts'
import type { Descriptor, Policy, Wrapping } from './descriptor.ts'
import type { KeyExpression } from './parse-key.ts'

/** Above it, children are hardened. */
const maxIndex = 2 ** 31 - 1

/**
 * How the scriptPubKeys of one branch are derived. About a tenth of a millisecond a key: libsecp256k1 in WebAssembly,
 * six times as fast as in JavaScript.
 *
 * @returns the script at an index from 0 to {@link maxIndex}; the same at every one, where the descriptor is no range.
 * @throws Error for a key that can't be (the chance is 2^-127).
 */
export function scriptsOfBranch(descriptor: Descriptor, branch: number): (index: number) => Uint8Array {
  const { policy, wrapping } = descriptor
  const keys = (policy.kind === 'key' ? [policy.key] : policy.keys).map((key) => keysOf(key, branch))
  return (index) =>
    wrap(
      wrapping,
      policy,
      keys.map((keyAt) => keyAt(index)),
    )
}

function keysOf(key: KeyExpression, branch: number): (index: number) => Uint8Array {
  if ('publicKey' in key) return () => key.publicKey
  const { steps, isRange } = key
  const start = steps.reduce<HdPublicNodeValid>(
    (node, step) => child(node, typeof step === 'number' ? step : (step[branch] ?? Number.NaN)),
    key.node,
  )
  return isRange ? (index) => child(start, index).publicKey : () => start.publicKey
}

function child(node: HdPublicNodeValid, index: number): HdPublicNodeValid {
  if (!Number.isInteger(index) || index < 0 || index > maxIndex) throw new Error(`there is no child ${index}`)
  return deriveHdPublicNodeChild(node, index)
}

function wrap(wrapping: Wrapping, policy: Policy, keys: readonly Uint8Array[]): Uint8Array {
  if (policy.kind === 'multi') {
    const script = multisigScript(policy.required, policy.sorted ? keys.toSorted(Buffer.compare) : keys)
    if (wrapping === 'sh') return p2shScript(hash160(script))
    const segwit = witnessScript(0, sha256(script))
    return wrapping === 'wsh' ? segwit : p2shScript(hash160(segwit))
  }
  const [key = new Uint8Array()] = keys
  if (wrapping === 'pkh') return p2pkhScript(hash160(key))
  if (wrapping === 'tr') return witnessScript(1, taprootOutputKey(key))
  const segwit = witnessScript(0, hash160(key))
  return wrapping === 'wpkh' ? segwit : p2shScript(hash160(segwit))
}

/** The key of a Taproot output without scripts: the internal key, tweaked by its own hash (BIP 341, BIP 86). */
function taprootOutputKey(internal: Uint8Array): Uint8Array {
  const x = internal.subarray(1)
  const tweak = crypto.taggedHash('TapTweak', x)
  const output = secp256k1.addTweakPublicKeyCompressed(Uint8Array.of(2, ...x), tweak)
  if (typeof output === 'string') throw new Error('a Taproot key could not be tweaked')
  return output.subarray(1)
}

/** `k KEY… n OP_CHECKMULTISIG`, numbers as Bitcoin Core writes them: an opcode up to 16, a push above. */
function multisigScript(required: number, keys: readonly Uint8Array[]): Uint8Array {
  return script.compile([number(required), ...keys, number(keys.length), opcodes.OP_CHECKMULTISIG])
}

function number(value: number): number | Uint8Array {
  return value <= 16 ? 0x50 + value : script.number.encode(value)
}

/** How many addresses an exchange may have handed out and not seen paid, where nothing else is said. */
export const defaultGap = 1_000
export const smallestGap = 20
export const largestGap = 100_000

/**
 * How many addresses of a branch have to be known: `gap` beyond the highest one in use, rounded up to tenths of the
 * gap, so that not every payment moves the own revision. A function of these two alone: however the blocks came, the
 * same addresses are derived.
 *
 * @param used the highest index in use; `null` for none.
 */
export function windowEnd(used: number | null, gap: number): number {
  const portion = Math.max(1, Math.floor(gap / 10))
  const end = Math.ceil(((used ?? -1) + 1 + gap) / portion) * portion
  return Math.min(end, maxIndex + 1)
}
