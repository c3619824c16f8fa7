import { opcodes } from 'bitcoinjs-lib'
import { isPublicKey } from './public-key.ts'
import { p2pkhHash, p2shHash, scriptChunks, witnessProgram } from './script-templates.ts'

export { accountOf, publicKeyVariants } from './public-key.ts'
export { revealedPublicKeys } from './revealed-keys.ts'

export type ScriptKind =
  | 'p2pkh'
  | 'p2sh'
  | 'p2wpkh'
  | 'p2wsh'
  | 'p2tr'
  | 'p2pk'
  | 'multisig'
  | 'op-return'
  | 'p2a'
  | 'witness-unknown'
  | 'nonstandard'

/**
 * What a scriptPubKey is, by the templates of Bitcoin Core's `Solver` (`src/script/solver.cpp`), with one
 * difference: whatever begins with OP_RETURN is `op-return`, since nobody can spend it.
 */
export function classifyScript(script: Uint8Array): ScriptKind {
  if (p2pkhHash(script)) return 'p2pkh'
  if (p2shHash(script)) return 'p2sh'
  const witness = witnessProgram(script)
  if (witness) return witnessKind(witness.version, witness.program)
  if (script[0] === opcodes.OP_RETURN) return 'op-return'
  if (singleKey(script)) return 'p2pk'
  return multisigKeys(script) ? 'multisig' : 'nonstandard'
}

function witnessKind(version: number, program: Uint8Array): ScriptKind {
  const { length } = program
  if (version === 0) return length === 20 ? 'p2wpkh' : length === 32 ? 'p2wsh' : 'nonstandard'
  if (version !== 1) return 'witness-unknown'
  if (length === 32) return 'p2tr'
  // Pay to anchor: https://github.com/bitcoin/bitcoin/pull/30352
  return length === 2 && program[0] === 0x4e && program[1] === 0x73 ? 'p2a' : 'witness-unknown'
}

/** The public keys that a P2PK or bare multisig script shows, as they stand there. Empty for every other script. */
export function scriptPublicKeys(script: Uint8Array): Uint8Array[] {
  const key = singleKey(script)
  return key ? [key] : (multisigKeys(script) ?? [])
}

function singleKey(script: Uint8Array): Uint8Array | null {
  const length = script[0]
  if (length === undefined || script.length !== length + 2 || script[length + 1] !== opcodes.OP_CHECKSIG)
    return null
  const key = script.subarray(1, length + 1)
  return isPublicKey(key) ? key : null
}

/** `m <key>… n OP_CHECKMULTISIG` with at most 20 keys, the limit of consensus. */
function multisigKeys(script: Uint8Array): Uint8Array[] | null {
  if (script[script.length - 1] !== opcodes.OP_CHECKMULTISIG || script.length > maxMultisigBytes) return null
  const chunks = scriptChunks(script)
  if (!chunks || chunks.length < 4) return null
  const keys: Uint8Array[] = []
  for (const chunk of chunks.slice(1, -2)) {
    if (typeof chunk === 'number' || !isPublicKey(chunk)) return null
    keys.push(chunk)
  }
  const required = smallNumber(chunks[0])
  const total = smallNumber(chunks.at(-2))
  return total === keys.length && required >= 1 && required <= total ? keys : null
}

const maxKeys = 20
/** Three numbers or opcodes of at most two bytes, and the longest pushes of the longest keys. */
const maxMultisigBytes = 6 + maxKeys * 67

/** 1 to 20: OP_1 to OP_16, or a push of one byte above; 0 for anything else. */
function smallNumber(chunk: number | Uint8Array | undefined): number {
  if (chunk === undefined) return 0
  if (typeof chunk === 'number') return chunk >= 0x51 && chunk <= 0x60 ? chunk - 0x50 : 0
  const [value] = chunk
  return chunk.length === 1 && value !== undefined && value <= maxKeys ? value : 0
}
