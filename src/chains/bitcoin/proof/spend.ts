import { createHash } from 'node:crypto'
import { scriptChunks } from '../../../address/script-chunks.ts'
import { p2pkhHash, p2shHash, witnessProgram } from '../../../address/script-templates.ts'
import type { Transaction } from '../transaction.ts'

type Input = Transaction['inputs'][number]

/**
 * What is wrong with the output that an input is said to spend, or `undefined`: where an input shows a public key or a
 * script, its hash must be what the spent output demands. The inputs are proved by the merkle root, so a spent output that
 * fits has the address of whoever spent it. P2PK, bare multisig, P2TR and non-standard scripts show nothing to compare.
 *
 * @param segwit whether BIP 141 is in force at that height; before, a witness program was anybody's to spend
 */
export function spendFault({ script, scriptSig, witness }: Input, segwit: boolean): string | undefined {
  const program = segwit ? witnessProgram(script) : null
  if (program !== null) {
    if (scriptSig.length > 0) return 'a witness program is spent with a script'
    return programFault(program, witness)
  }
  const keyHash = p2pkhHash(script)
  const scriptHash = p2shHash(script)
  const top = keyHash || scriptHash ? topOfStack(scriptSig) : undefined
  if (top === null) return 'a hash is spent without showing what it is of'
  if (keyHash && top && !equal(hash160(top), keyHash)) return 'the key shown is not that of the spent P2PKH'
  if (scriptHash && top && !equal(hash160(top), scriptHash))
    return 'the script shown is not that of the spent P2SH'
  const nested = segwit && scriptHash && top ? witnessProgram(top) : null
  if (nested !== null) return programFault(nested, witness)
  return witness.length > 0 && segwit
    ? 'a script without a witness program is spent with a witness'
    : undefined
}

function programFault(
  { version, program }: { version: number; program: Uint8Array },
  witness: readonly Uint8Array[],
): string | undefined {
  if (version !== 0) return undefined
  const last = witness.at(-1)
  if (last === undefined) return 'a witness program is spent without a witness'
  if (program.length === 32)
    return equal(sha256(last), program) ? undefined : 'the script shown is not that of the spent P2WSH'
  if (witness.length !== 2) return 'a P2WPKH is spent with something else than a signature and a key'
  return equal(hash160(last), program) ? undefined : 'the key shown is not that of the spent P2WPKH'
}

/** What a script that only pushes leaves on top; `null` if it pushes nothing, `undefined` where that can't be told without running it. */
function topOfStack(scriptSig: Uint8Array): Uint8Array | null | undefined {
  const chunks = scriptChunks(scriptSig)
  if (chunks === null) return undefined
  if (chunks.some((chunk) => typeof chunk === 'number' && chunk > 0x60)) return undefined
  const last = chunks.at(-1)
  if (last === undefined) return null
  if (typeof last !== 'number') return last
  if (last === 0) return new Uint8Array()
  return last === 0x4f ? Uint8Array.of(0x81) : Uint8Array.of(last - 0x50)
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

/** In native code: many inputs are looked at. */
function hash160(bytes: Uint8Array): Buffer {
  return createHash('ripemd160').update(sha256(bytes)).digest()
}

function equal(a: Buffer, b: Uint8Array): boolean {
  return a.equals(b)
}
