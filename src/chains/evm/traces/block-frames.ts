import type { CallFrames } from './call-frames.ts'

/** The frames of each transaction of a block, in their order; `null` for one that nodes do not trace. */
export type BlockFrames = readonly (CallFrames | null)[]
