import { script as scripts } from 'bitcoinjs-lib'

/**
 * A script as numbers (opcodes) and bytes (pushes), or `null` where a push runs over the end. A push that has an
 * opcode of its own (of one byte, 1 to 16 or 0x81, or of none) comes as that opcode.
 */
export function scriptChunks(script: Uint8Array): (number | Uint8Array)[] | null {
  return scripts.decompile(script)
}
