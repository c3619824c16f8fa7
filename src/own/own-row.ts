import type { Key } from '../address/key.ts'

/** What an own address is for. */
export const ownKinds = ['deposit', 'hot', 'cold', 'forwarder'] as const

export type OwnKind = (typeof ownKinds)[number]

/** The families of chains that can be watched. */
export type WatchedFamily = 'evm' | 'bitcoin'

/** One own address as one row of a file says it. */
export interface OwnRow {
  /** Of the file; the header is line 1. */
  line: number
  key: Key
  /** The address as written, without white space around it or what it was taken out of. */
  text: string
  /** What it was taken out of, such as `an EIP-681 link`; `null` where it was given as it is. */
  took: string | null
  kind: OwnKind
  /** The exchange's own opaque id; may be empty. */
  reference: string
  /** Id of the one chain it is watched on; `null` = every chain of its family. */
  chain: string | null
}
