import type { FinalityTag } from './probe.ts'
import type { ProofPart } from './proof/findings.ts'

/** The contract of a token whose issuer can freeze accounts, and says so in events. */
interface IssuerContract {
  /** Lower-case. */
  address: string
  symbol: string
  /** The block that it was deployed in, or one before. */
  from: number
}

/** What is particular to one EVM chain; `definitions.ts` has all of them. */
export interface ChainDefinition {
  /** EIP-155; `null`: the generic chain. */
  chainId: number | null
  name: string
  /** The native coin. */
  symbol: string
  /** When a block counts as final, where the config does not say. `tag: null`: the chain's own tag is not trusted. */
  finality: { tag: FinalityTag | null; depth: number }
  /** Transaction types beyond the common ones (`commonTypes`) whose value, logs and calls are read whole. */
  types: readonly number[]
  /**
   * What a block's `withdrawals` are. `native`: the coin, paid out with the block (EIP-4895). `claimed`: a right to a
   * token, which moves when it is claimed, and then leaves a log like any token.
   */
  withdrawals: 'native' | 'claimed'
  /** Contracts whose `Transfer` logs tell of the native coin, lower-case; counted as native, and never twice. */
  nativeLogs: readonly string[]
  /** Every movement of the coin leaves such a log: call traces are not read, and nothing is missed without. */
  logsAllNative: boolean
  /** Who is paid fees, and pays back what is left of them, by such logs, lower-case: no transfer. `null`: nobody. */
  feeCollector: string | null
  /** Why this chain can't be followed, as the rest of a sentence; `null`: it can. */
  refused: string | null
  /** Whose freezes a list of the format `token-blacklist` has, where its config names no contracts. */
  issuers: readonly IssuerContract[]
  /** The last transaction of a block may be the chain's own (from and to zero), which nodes do not trace. */
  stateSync: boolean
  /** A block field that holds transfers from outside of the EVM, which are not read: a block that has some says so. */
  unreadField: { field: string; reason: string } | null
  /** Parts of a block whose proof may fail on this chain though nothing is wrong, each with the reason. */
  unproved: Readonly<Partial<Record<ProofPart, string>>>
}

/** What most chains have; a definition names only what differs. */
export function define(
  of: Pick<ChainDefinition, 'chainId' | 'name'> & Partial<ChainDefinition>,
): ChainDefinition {
  return {
    symbol: 'ETH',
    finality: { tag: 'finalized', depth: 64 },
    types: [],
    withdrawals: 'native',
    nativeLogs: [],
    logsAllNative: false,
    feeCollector: null,
    refused: null,
    issuers: [],
    stateSync: false,
    unreadField: null,
    unproved: {},
    ...of,
  }
}
