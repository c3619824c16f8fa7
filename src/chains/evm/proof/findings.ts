import { EncodingFault } from './rlp.ts'

/** A part of a block that its hash commits to. */
export type ProofPart = 'hash' | 'transactionsRoot' | 'receiptsRoot' | 'withdrawalsRoot' | 'logsBloom'

/** Parts that may fail on a chain though nothing is wrong, each with the reason. They are tried: only a failure becomes a known deviation. */
export type ProofRules = Readonly<Partial<Record<ProofPart, string>>>

/** Something served that can't be true. */
export interface Mismatch {
  /** Such as `receiptsRoot`, or `transactions[3].from`. */
  field: string
  /** As it was served. */
  served: string
  /** What it has to be, by everything else that was served; or why there is no such thing. */
  computed: string
  /** What else is known of it, in a sentence. */
  hint?: string
}

/** What came of proving something. Nothing in it: everything proved true. */
export interface Proof {
  mismatches: readonly Mismatch[]
  /** What can't be proved, each with its reason. Worded the same for each block, so that coverage joins them. */
  unproved: readonly string[]
}

interface Check {
  /** Such as `receiptsRoot`, or `transactions[3].from`. */
  field: string
  /** The field as it was served. */
  served: unknown
  /** What the field has to be. May throw an EncodingFault. */
  compute: () => string
  /** Asked only where they differ: a reason why that is no contradiction. */
  knownDeviation?: () => string | undefined
}

/** Collects what comes of proving one block. */
export class Findings implements Proof {
  readonly mismatches: Mismatch[] = []
  readonly unproved: string[] = []

  /**
   * Compares a field with what it has to be. Where they differ, or nothing can be computed, it is a mismatch, unless
   * it is a known deviation, or something is missing that would be needed to tell.
   *
   * @returns the mismatch; `true` where it proved true, `false` where that can't be told.
   */
  check({ field, served, compute, knownDeviation }: Check): Mismatch | boolean {
    const outcome = attempt(compute)
    if (typeof outcome === 'string' && typeof served === 'string' && outcome === served.toLowerCase())
      return true
    const missing = typeof outcome !== 'string' && outcome.unknown ? outcome.message : undefined
    const reason = knownDeviation?.() ?? missing
    if (reason !== undefined) {
      this.leave(field, reason)
      return false
    }
    const computed = typeof outcome === 'string' ? outcome : `nothing (${outcome.message})`
    const mismatch: Mismatch = { field, served: show(served), computed }
    this.mismatches.push(mismatch)
    return mismatch
  }

  /** Notes that a field can't be proved. Which item of the block it was is left out: coverage joins what is the same. */
  leave(field: string, reason: string): void {
    const line = `${field.replace(/\[\d+\]/g, '[]')}: ${reason}`
    if (!this.unproved.includes(line)) this.unproved.push(line)
  }
}

function attempt(compute: () => string): string | EncodingFault {
  try {
    return compute()
  } catch (error) {
    if (error instanceof EncodingFault) return error
    throw error
  }
}

/** Other text than hex is not repeated: it could be anything, and of any length. */
function show(value: unknown): string {
  if (typeof value === 'string' && /^0x[0-9a-f]{0,64}$/i.test(value)) return value.toLowerCase()
  return value === undefined || value === null ? 'nothing' : 'something that is no hash'
}

/** Some chains serve zero in place of a root: they commit to nothing there. No trie has that root. */
export function noRoot(root: unknown): string | undefined {
  const none = root === undefined || root === null || (typeof root === 'string' && /^0x0*$/.test(root))
  return none ? 'the header holds no such root' : undefined
}

/** Names of fields that a node served, for people: few, and nothing but names. */
export function nameList(names: Iterable<string>): string {
  const plain = [...names].map((name) => (/^\w{1,40}$/.test(name) ? name : '?')).sort()
  return plain.length > 8 ? `${plain.slice(0, 8).join(', ')}, …` : plain.join(', ')
}
