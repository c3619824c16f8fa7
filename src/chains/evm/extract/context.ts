import { evmKey } from '../../../address/key.ts'
import type { OwnLookup, Party, Role } from '../../../screening/types.ts'
import type { ChainDefinition } from '../definition.ts'
import { type BlockFrames, type CallFrames, isUnread, type UnreadTrace } from '../traces/call-frames.ts'
import type { RpcBlock, RpcReceipt, RpcTransaction, TokenTable } from '../types.ts'
import { nowhere, type Unreadable } from '../unreadable.ts'
import type { CallPaths } from './call-paths.ts'
import type { FundFlow } from './fund-flow.ts'

/** What the operator and the chain's definition say about a chain. */
export interface EvmChain {
  tokens: TokenTable
  /** The native coin, as alerts name it. */
  nativeSymbol: string
  definition: ChainDefinition
}

/** A block with all that was read of it, checked. */
export interface ReadBlock {
  block: RpcBlock
  receipts: readonly RpcReceipt[]
  /** `null`: no call traces were read. */
  frames: BlockFrames | null
  /** What of a transaction and its receipt is not understood, by its place in the block: see `unreadableByTransaction`. */
  unreadable: ReadonlyMap<number, readonly Unreadable[]>
}

/** A transaction with all that was read of it. */
export interface ReadTransaction {
  tx: RpcTransaction
  receipt: RpcReceipt
  frames: CallFrames | null
  succeeded: boolean
  /** What of it is not understood. */
  unreadable: readonly Unreadable[]
}

/** The transaction at an index of a block. */
export function transactionAt(read: ReadBlock, index: number): ReadTransaction | null {
  const tx = read.block.transactions[index]
  const receipt = read.receipts[index]
  if (tx === undefined || receipt === undefined) return null
  const trace = read.frames?.[index] ?? null
  const frames = trace === null || isUnread(trace) ? null : trace
  return {
    tx,
    receipt,
    frames,
    succeeded: succeeded(receipt, frames),
    unreadable: unreadableIn(read.unreadable.get(index), receipt, trace, frames),
  }
}

const nothing: readonly Unreadable[] = []

/** Nearly always nothing: asked for every transaction of a block. */
function unreadableIn(
  served: readonly Unreadable[] | undefined,
  receipt: RpcReceipt,
  trace: BlockFrames[number] | undefined,
  frames: CallFrames | null,
): readonly Unreadable[] {
  const inTrace =
    trace === null || trace === undefined
      ? nothing
      : isUnread(trace)
        ? unreadTrace(receipt, trace)
        : trace.unreadable
  if (served === undefined) return inTrace
  return [...served.filter(({ unlessTraced }) => !(unlessTraced && frames !== null)), ...inTrace]
}

/** What failed moved nothing inside. */
function unreadTrace({ status }: RpcReceipt, { unread }: UnreadTrace): Unreadable[] {
  if (status === '0x0') return []
  const reason = `its trace ${unread}: value moved inside its contract calls is not read`
  return [{ what: 'traces', reason, about: null }]
}

/** Receipts from before Byzantium do not say it, but traces do. */
function succeeded({ status }: RpcReceipt, frames: CallFrames | null): boolean {
  if (status !== undefined && status !== null) return status === '0x1'
  return frames !== null && !frames.failed
}

/** What a movement stands in: its transaction, and who else takes part in that. */
export interface TransactionContext {
  one: ReadTransaction
  chain: EvmChain
  isOwn: IsOwn
  flow: FundFlow
  callPaths: CallPaths
  /** The contract that the transaction called or made: all that is known of a path without traces. */
  called: readonly string[]
}

/** Whether a lower-case address is the exchange's: exact. */
export type IsOwn = (address: string) => boolean

/** Asks the exact look-up once per address: one transaction may name the same address in thousands of logs. */
export function ownCheck(own: OwnLookup): IsOwn {
  const known = new Map<string, boolean>()
  return (address) => {
    const before = known.get(address)
    if (before !== undefined) return before
    const answer = own.mayHaveEvm(address) && own.has(evmKey(address))
    known.set(address, answer)
    return answer
  }
}

/** Addresses as parties in a role, each once, as far as they are known. */
export function asParties(
  role: Role,
  addresses: Iterable<string>,
  counts: (address: string) => boolean = () => true,
): Party[] {
  const parties: Party[] = []
  for (const address of new Set(addresses))
    if (address !== nowhere && counts(address)) parties.push({ key: evmKey(address), role })
  return parties
}
