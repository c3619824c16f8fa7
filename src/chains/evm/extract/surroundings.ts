import type { EvmChain, ReadTransaction } from './context.ts'
import type { IsOwn } from './is-own.ts'
import type { Trails } from './trail.ts'
import type { Ways } from './ways.ts'

/** What a movement stands in: its transaction, and who else takes part in that. */
export interface Surroundings {
  one: ReadTransaction
  chain: EvmChain
  isOwn: IsOwn
  trails: Trails
  ways: Ways
  /** The contract that the transaction called or made: all that is known of a way without traces. */
  called: readonly string[]
}
