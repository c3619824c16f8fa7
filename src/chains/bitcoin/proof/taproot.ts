import { createHash } from 'node:crypto'
import { secp256k1 } from '@bitauth/libauth'
import { ByteWriter } from '../byte-writer.ts'
import type { Span, Witness } from './spent-inputs.ts'

/** The leaf version of tapscript. No opcode that a script of an older kind could begin with, and no public key begins so. */
const tapscript = 0xc0
const leafMask = 0xfe
const annexTag = 0x50
/** A control block: leaf version, internal key, and up to 128 steps of the path. */
const [keyEnd, step, mostSteps] = [33, 32, 128]

/**
 * What is wrong with a witness that is said to spend a P2TR, or `undefined`. A spend by key shows nothing but a signature,
 * which is not verified. A spend by script shows what the output commits to; computing that takes a twentieth of a
 * millisecond, so it is done where the leaf is no tapscript, which the spend of another kind of output would look like.
 *
 * Source: BIP 341, "Script validation rules".
 */
export function taprootFault(
  block: Uint8Array,
  program: Uint8Array,
  { items, top }: Witness,
): string | undefined {
  const [last] = top
  if (last === undefined) return 'a P2TR is spent without a witness'
  const annex = items > 1 && last.end > last.start && block[last.start] === annexTag
  const [first, script] = annex ? top.slice(1) : top
  if (first === undefined) return 'a P2TR is spent without a witness'
  const shown = block.subarray(first.start, first.end)
  if (items - Number(annex) === 1)
    return shown.length === 64 || shown.length === 65 ? undefined : 'a P2TR is spent without a signature'
  const steps = (shown.length - keyEnd) / step
  if (!Number.isInteger(steps) || steps < 0 || steps > mostSteps)
    return 'a P2TR is spent by script without a control block'
  const version = (shown[0] ?? 0) & leafMask
  if (version === tapscript || commits(block, program, shown, version, script)) return undefined
  return 'the script shown is not one of the spent P2TR'
}

function commits(
  block: Uint8Array,
  program: Uint8Array,
  control: Uint8Array,
  version: number,
  script: Span | undefined,
): boolean {
  if (script === undefined) return false
  const leaf = new ByteWriter()
  leaf.bytes(Uint8Array.of(version))
  leaf.compactSize(script.end - script.start)
  leaf.bytes(block.subarray(script.start, script.end))
  let root = tagged('TapLeaf', leaf.join())
  for (let at = keyEnd; at < control.length; at += step) {
    const beside = Buffer.from(control.subarray(at, at + step))
    const pair = Buffer.compare(root, beside) < 0 ? [root, beside] : [beside, root]
    root = tagged('TapBranch', Buffer.concat(pair))
  }
  const internal = control.subarray(1, keyEnd)
  const tweak = tagged('TapTweak', Buffer.concat([internal, root]))
  const even = Uint8Array.of(2, ...internal)
  // It answers with words where there is no such key.
  const output = secp256k1.addTweakPublicKeyCompressed(even, tweak)
  if (typeof output === 'string') return false
  const parity = (control[0] ?? 0) & 1
  return ((output[0] ?? 0) & 1) === parity && Buffer.compare(output.subarray(1), program) === 0
}

/** BIP 340. */
function tagged(tag: string, message: Uint8Array): Buffer {
  const name = createHash('sha256').update(tag).digest()
  return createHash('sha256').update(name).update(name).update(message).digest()
}
