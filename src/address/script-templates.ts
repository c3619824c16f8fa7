import { ripemd160 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { script as scripts } from 'bitcoinjs-lib'

/** Builders of the scriptPubKeys that have an address. */

export function p2pkhScript(hash: Uint8Array): Uint8Array {
  return Uint8Array.of(0x76, 0xa9, 0x14, ...hash, 0x88, 0xac)
}

export function p2shScript(hash: Uint8Array): Uint8Array {
  return Uint8Array.of(0xa9, 0x14, ...hash, 0x87)
}

/** @param version 0 to 16, written as OP_0 or OP_1 to OP_16. */
export function witnessScript(version: number, program: Uint8Array): Uint8Array {
  return Uint8Array.of(version === 0 ? 0 : 0x50 + version, program.length, ...program)
}

/** The version and program of a witness scriptPubKey (BIP141), or `null`. */
export function witnessProgram(script: Uint8Array): { version: number; program: Uint8Array } | null {
  const [opcode, length] = script
  if (opcode === undefined || script.length < 4 || script.length > 42 || length !== script.length - 2)
    return null
  if (opcode !== 0 && (opcode < 0x51 || opcode > 0x60)) return null
  return { version: opcode === 0 ? 0 : opcode - 0x50, program: script.subarray(2) }
}

/** The 20-byte hash of a P2PKH scriptPubKey, or `null`. */
export function p2pkhHash(script: Uint8Array): Uint8Array | null {
  const is =
    script.length === 25 &&
    script[0] === 0x76 &&
    script[1] === 0xa9 &&
    script[2] === 0x14 &&
    script[23] === 0x88 &&
    script[24] === 0xac
  return is ? script.subarray(3, 23) : null
}

/** The 20-byte hash of a P2SH scriptPubKey, or `null`. */
export function p2shHash(script: Uint8Array): Uint8Array | null {
  const is = script.length === 23 && script[0] === 0xa9 && script[1] === 0x14 && script[22] === 0x87
  return is ? script.subarray(2, 22) : null
}

/**
 * A script as numbers (opcodes) and bytes (pushes), or `null` where a push runs over the end. A push that has an
 * opcode of its own (of one byte, 1 to 16 or 0x81, or of none) comes as that opcode.
 */
export function scriptChunks(script: Uint8Array): (number | Uint8Array)[] | null {
  return scripts.decompile(script)
}

/** RIPEMD-160 over SHA-256: what P2PKH and P2SH hold. */
export function hash160(bytes: Uint8Array): Uint8Array {
  return ripemd160(sha256(bytes))
}
