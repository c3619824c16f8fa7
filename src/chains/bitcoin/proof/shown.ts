import { p2pkhHash, p2shHash, witnessProgram } from '../../../address/script-templates.ts'
import type { Span, SpentInput, Witness } from './spent-inputs.ts'
import { topPush } from './top-push.ts'

/** Which rules are in force at a height. */
export interface SpendRules {
  /** BIP 141: before, a witness program was anybody's to spend. */
  segwit: boolean
}

/** A place in the block whose hash the spent output demands: HASH160 where it names 20 bytes, SHA-256 where it names 32. */
export interface Demand {
  shown: Span
  hash: Uint8Array
  /** What is wrong where it is not. */
  problem: string
}

/** What an input that is said to spend a script without a hash shows all the same. */
export interface Oddity {
  shown: Span
  /** In its witness, of that many items; 0 for its scriptSig. */
  items: number
}

/** What became of one input: what has to be hashed, what can't be true, or what is odd. */
export interface Judged {
  demands: Demand[]
  problem?: string
  oddity?: Oddity
}

/** Signatures of ECDSA are DER, which begins so, and no public key and no script of ours does (BIP 66). */
const derTag = 0x30
/** The leaf version of tapscript, in the highest seven bits of a control block (BIP 341). No opcode that a script of an older kind could begin with. */
const tapscript = 0xc0

/**
 * What an input must show to spend what it is said to spend: a public key or a script whose hash is in the spent output.
 * The inputs are proved by the merkle root, so a spent output that fits has the address of whoever spent it.
 *
 * P2PK, bare multisig, P2TR, P2A and non-standard scripts have no hash to compare. There it is only looked at whether the
 * input is such a spend; where it looks like one of another kind, what it shows is an oddity. That is no fault: anybody
 * can make an output that anything spends.
 */
export function judgeInput(block: Uint8Array, input: SpentInput, { segwit }: SpendRules): Judged {
  const { script, scriptSig, witness } = input
  const program = segwit ? witnessProgram(script) : null
  if (program !== null) {
    if (scriptSig.end > scriptSig.start) return fault('a witness program is spent with a script')
    return judgeProgram(block, program, witness)
  }
  const keyHash = p2pkhHash(script)
  const scriptHash = p2shHash(script)
  const hash = keyHash ?? scriptHash
  const top = topPush(block, scriptSig)
  if (hash !== null && top === null) return fault('a hash is spent without showing what it is of')
  const unexpected = segwit && witness.items > 0
  if (hash === null || !top) {
    if (unexpected) return fault('a script without a witness program is spent with a witness')
    if (hash !== null || !top || isSignature(block, top)) return { demands: [] }
    return { demands: [], oddity: { shown: top, items: 0 } }
  }
  const problem = keyHash
    ? 'the key shown is not that of the spent P2PKH'
    : 'the script shown is not that of the spent P2SH'
  const demand = { shown: top, hash, problem }
  const nested = segwit && scriptHash ? witnessProgram(block.subarray(top.start, top.end)) : null
  if (nested === null && unexpected)
    return fault('a script without a witness program is spent with a witness')
  if (nested === null) return { demands: [demand] }
  const inside = judgeProgram(block, nested, witness)
  return { ...inside, demands: [demand, ...inside.demands] }
}

function judgeProgram(
  block: Uint8Array,
  { version, program }: { version: number; program: Uint8Array },
  witness: Witness,
): Judged {
  const { items, last: shown } = witness
  if (version !== 0) {
    const known = version === 1 && program.length === 32 && isTaproot(block, witness)
    return known || items === 0 ? { demands: [] } : { demands: [], oddity: { shown, items } }
  }
  if (items === 0) return fault('a witness program is spent without a witness')
  if (program.length === 32) {
    const problem = 'the script shown is not that of the spent P2WSH'
    return { demands: [{ shown, hash: program, problem }] }
  }
  if (items !== 2) return fault('a P2WPKH is spent with something else than a signature and a key')
  return { demands: [{ shown, hash: program, problem: 'the key shown is not that of the spent P2WPKH' }] }
}

/** Whether a witness is one of Taproot: a Schnorr signature alone, or a control block of tapscript at its end. */
function isTaproot(block: Uint8Array, { items, last, beforeLast }: Witness): boolean {
  const annex = items > 1 && block[last.start] === 0x50 && last.end > last.start
  const top = annex ? beforeLast : last
  const length = top.end - top.start
  if (items - Number(annex) === 1) return length === 64 || length === 65
  return length % 32 === 1 && ((block[top.start] ?? 0) & 0xfe) === tapscript
}

function isSignature(block: Uint8Array, { start, end }: Span): boolean {
  return block[start] === derTag && end - start >= 9 && end - start <= 73
}

function fault(problem: string): Judged {
  return { demands: [], problem }
}
