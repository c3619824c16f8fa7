import { createHash } from 'node:crypto'
import { secp256k1 } from '@bitauth/libauth'
import { scriptPublicKeys } from '../../../address/script.ts'
import { p2pkhHash, p2shHash, witnessProgram } from '../../../address/script-templates.ts'
import { ByteWriter } from '../bytes.ts'
import type { NetworkFacts } from '../networks.ts'
import { type Span, type SpentInput, topPush, type Witness } from './spends.ts'

/** Which rules are in force at a height. */
export interface SpendRules {
  /** BIP 141: before, a witness program was anybody's to spend. */
  segwit: boolean
  /** BIP 341: before, a witness program of version 1 was anybody's to spend. */
  taproot: boolean
}

export function rulesAt(height: number, { segwit, taproot }: NetworkFacts): SpendRules {
  return { segwit: height >= segwit, taproot: height >= taproot }
}

/** A place in the block whose hash the spent output names: HASH160 where it names 20 bytes, SHA-256 where it names 32. */
export interface ExpectedHash {
  revealed: Span
  hash: Uint8Array
  /** What is wrong where it is not. */
  problem: string
}

/** What an input that is said to spend a script without a hash reveals all the same. */
export interface UnusualSpend {
  revealed: Span
  /** In its witness, of that many items; 0 for its scriptSig. */
  items: number
}

/** What became of one input: what has to be hashed, what can't be true, or what is unusual. */
interface Judged {
  expectedHashes: ExpectedHash[]
  problem?: string
  unusualSpend?: UnusualSpend
}

/** Signatures of ECDSA are DER, which begins so, and no public key does (BIP 66). */
const derTag = 0x30

/**
 * What an input must reveal to spend what it is said to spend: a public key or a script whose hash is in the spent output.
 * The inputs are proved by the merkle root, so a spent output that fits has the address of whoever spent it.
 *
 * P2PK, bare multisig and P2TR have no hash to compare: only that the input is such a spend is looked at. P2A, later witness
 * programs and non-standard scripts do not even have that. What is revealed to them is an unusual spend, and no fault:
 * anybody can make an output that anything spends.
 */
export function judgeInput(block: Uint8Array, input: SpentInput, rules: SpendRules): Judged {
  const { script, scriptSig, witness } = input
  const { segwit } = rules
  const program = segwit ? witnessProgram(script) : null
  if (program !== null) {
    if (scriptSig.end > scriptSig.start) return fault('a witness program is spent with a script')
    const taproot = rules.taproot && program.version === 1 && program.program.length === 32
    if (!taproot) return judgeProgram(program, witness)
    const problem = taprootFault(block, program.program, witness)
    return problem === undefined ? { expectedHashes: [] } : fault(problem)
  }
  const keyHash = p2pkhHash(script)
  const scriptHash = p2shHash(script)
  const hash = keyHash ?? scriptHash
  const top = topPush(block, scriptSig)
  if (hash !== null && top === null) return fault('a hash is spent without revealing what it is of')
  const unexpected = segwit && witness.items > 0
  if (hash === null || !top) {
    if (unexpected) return fault('a script without a witness program is spent with a witness')
    if (hash !== null || !top || isSignature(block, top)) return { expectedHashes: [] }
    if (segwit && scriptPublicKeys(script).length > 0)
      return fault('a P2PK or bare multisig is spent with something else than a signature')
    return { expectedHashes: [], unusualSpend: { revealed: top, items: 0 } }
  }
  const problem = keyHash
    ? 'the key revealed is not that of the spent P2PKH'
    : 'the script revealed is not that of the spent P2SH'
  const expected = { revealed: top, hash, problem }
  const nested = segwit && scriptHash ? witnessProgram(block.subarray(top.start, top.end)) : null
  if (nested === null && unexpected)
    return fault('a script without a witness program is spent with a witness')
  if (nested === null) return { expectedHashes: [expected] }
  const inside = judgeProgram(nested, witness)
  return { ...inside, expectedHashes: [expected, ...inside.expectedHashes] }
}

function judgeProgram(
  { version, program }: { version: number; program: Uint8Array },
  witness: Witness,
): Judged {
  const { items, top } = witness
  const [revealed] = top
  if (version !== 0) return { expectedHashes: [], ...(revealed && { unusualSpend: { revealed, items } }) }
  if (revealed === undefined) return fault('a witness program is spent without a witness')
  if (program.length === 32) {
    const problem = 'the script revealed is not that of the spent P2WSH'
    return { expectedHashes: [{ revealed, hash: program, problem }] }
  }
  if (items !== 2) return fault('a P2WPKH is spent with something else than a signature and a key')
  return {
    expectedHashes: [
      { revealed, hash: program, problem: 'the key revealed is not that of the spent P2WPKH' },
    ],
  }
}

function isSignature(block: Uint8Array, { start, end }: Span): boolean {
  return block[start] === derTag && end - start >= 9 && end - start <= 73
}

function fault(problem: string): Judged {
  return { expectedHashes: [], problem }
}

/** The leaf version of tapscript. No opcode that a script of an older kind could begin with, and no public key begins so. */
const tapscript = 0xc0
const leafMask = 0xfe
const annexTag = 0x50
/** A control block: leaf version, internal key, and up to 128 steps of the path. */
const [keyEnd, step, mostSteps] = [33, 32, 128]

/**
 * What is wrong with a witness that is said to spend a P2TR, or `undefined`. A spend by key reveals nothing but a signature,
 * which is not verified. A spend by script reveals what the output commits to; computing that takes a twentieth of a
 * millisecond, so it is done where the leaf is no tapscript, which the spend of another kind of output would look like.
 *
 * Source: BIP 341, "Script validation rules".
 */
function taprootFault(block: Uint8Array, program: Uint8Array, { items, top }: Witness): string | undefined {
  const [last] = top
  if (last === undefined) return 'a P2TR is spent without a witness'
  const annex = items > 1 && last.end > last.start && block[last.start] === annexTag
  const [first, script] = annex ? top.slice(1) : top
  if (first === undefined) return 'a P2TR is spent without a witness'
  const revealed = block.subarray(first.start, first.end)
  if (items - Number(annex) === 1)
    return revealed.length === 64 || revealed.length === 65
      ? undefined
      : 'a P2TR is spent without a signature'
  const steps = (revealed.length - keyEnd) / step
  if (!Number.isInteger(steps) || steps < 0 || steps > mostSteps)
    return 'a P2TR is spent by script without a control block'
  const version = (revealed[0] ?? 0) & leafMask
  if (version === tapscript || commits(block, program, revealed, version, script)) return undefined
  return 'the script revealed is not one of the spent P2TR'
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
