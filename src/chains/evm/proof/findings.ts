import { EncodingFault } from './fault.ts'
import type { Mismatch, Proof } from './proof.ts'

export interface Check {
  /** Such as `receiptsRoot`, or `transactions[3].from`. */
  field: string
  /** The field as it was served. */
  served: unknown
  /** What the field has to be. May throw an EncodingFault. */
  compute: () => string
  /** Asked only where they differ: a reason why that is no contradiction. */
  excuse?: () => string | undefined
}

/** Collects what comes of proving one block. */
export class Findings implements Proof {
  readonly mismatches: Mismatch[] = []
  readonly unproved: string[] = []

  /**
   * Compares a field with what it has to be. Where they differ, or nothing can be computed, it is a mismatch, unless
   * there is an excuse, or something is missing that would be needed to tell.
   *
   * @returns the mismatch; `true` where it proved true, `false` where that can't be told.
   */
  check({ field, served, compute, excuse }: Check): Mismatch | boolean {
    const outcome = attempt(compute)
    if (typeof outcome === 'string' && typeof served === 'string' && outcome === served.toLowerCase())
      return true
    const missing = typeof outcome !== 'string' && outcome.unknown ? outcome.message : undefined
    const reason = excuse?.() ?? missing
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
