import { scriptPublicKeys } from '../../../address/script.ts'
import { p2pkhHash, p2shHash, witnessProgram } from '../../../address/script-templates.ts'
import type { NetworkFacts } from '../networks.ts'
import type { Span, SpentInput, Witness } from './spent-inputs.ts'
import { taprootFault } from './taproot.ts'
import { topPush } from './top-push.ts'

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

/** Signatures of ECDSA are DER, which begins so, and no public key does (BIP 66). */
const derTag = 0x30

/**
 * What an input must show to spend what it is said to spend: a public key or a script whose hash is in the spent output.
 * The inputs are proved by the merkle root, so a spent output that fits has the address of whoever spent it.
 *
 * P2PK, bare multisig and P2TR have no hash to compare: only that the input is such a spend is looked at. P2A, later witness
 * programs and non-standard scripts do not even have that. What is shown to them is an oddity, and no fault: anybody can make
 * an output that anything spends.
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
    return problem === undefined ? { demands: [] } : fault(problem)
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
    if (segwit && scriptPublicKeys(script).length > 0)
      return fault('a P2PK or bare multisig is spent with something else than a signature')
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
  const inside = judgeProgram(nested, witness)
  return { ...inside, demands: [demand, ...inside.demands] }
}

function judgeProgram(
  { version, program }: { version: number; program: Uint8Array },
  witness: Witness,
): Judged {
  const { items, top } = witness
  const [shown] = top
  if (version !== 0) return { demands: [], ...(shown && { oddity: { shown, items } }) }
  if (shown === undefined) return fault('a witness program is spent without a witness')
  if (program.length === 32) {
    const problem = 'the script shown is not that of the spent P2WSH'
    return { demands: [{ shown, hash: program, problem }] }
  }
  if (items !== 2) return fault('a P2WPKH is spent with something else than a signature and a key')
  return { demands: [{ shown, hash: program, problem: 'the key shown is not that of the spent P2WPKH' }] }
}

function isSignature(block: Uint8Array, { start, end }: Span): boolean {
  return block[start] === derTag && end - start >= 9 && end - start <= 73
}

function fault(problem: string): Judged {
  return { demands: [], problem }
}
