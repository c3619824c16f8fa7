/** A part of a block that its hash commits to. */
export type ProofPart = 'hash' | 'transactionsRoot' | 'receiptsRoot' | 'withdrawalsRoot' | 'logsBloom'

/** Parts that may fail on a chain though nothing is wrong, each with the reason. They are tried: only a failure is excused. */
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
