import { opcodes, script } from 'bitcoinjs-lib'

/** `k KEY… n OP_CHECKMULTISIG`, numbers as Bitcoin Core writes them: an opcode up to 16, a push above. */
export function multisigScript(required: number, keys: readonly Uint8Array[]): Uint8Array {
  return script.compile([number(required), ...keys, number(keys.length), opcodes.OP_CHECKMULTISIG])
}

function number(value: number): number | Uint8Array {
  return value <= 16 ? 0x50 + value : script.number.encode(value)
}
