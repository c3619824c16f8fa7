import { evmKey } from '../../../address/key.ts'
import type { Tag } from '../../../screening/level.ts'
import type { Transfer } from '../../../screening/types.ts'
import type { ChainDefinition } from '../definition.ts'
import { type CallFrames, transferIdOf } from '../traces/call-frames.ts'
import { opDeposit, type RpcLog, type RpcReceipt, type RpcTransaction, typeOf } from '../types.ts'
import { nowhere } from '../unreadable.ts'
import {
  asParties,
  type EvmChain,
  type IsOwn,
  type ReadTransaction,
  type TransactionContext,
} from './context.ts'
import {
  dataLength,
  logTransferTopic,
  nativeLogAddress,
  topicAddress,
  transferTopic,
  wordAt,
} from './event-words.ts'
import type { Moved } from './movement.ts'

/** Native value that moved, in the order in which it did. */
interface NativeMovement extends Moved {
  from: string
  to: string
  /** The frame that moved it; 0: the transaction itself. `null`: known from a log alone. */
  frame: number | null
  /** A self-destruct that tells the same as a movement before it: genuine, or that movement again. */
  doubtful: boolean
  /** `value`, `trace:0.2`, `log:3`. Only made for what touches an own address. */
  id(): string
}

/**
 * The native value that a successful transaction moved: its own, and that of its inner calls, from traces or, where
 * there are none, from the logs of chains that write one for each movement (EIP-7708). A native zero counts only at
 * the top, and with empty input: a token call is no transfer of zero.
 */
export function nativeMovements(one: ReadTransaction, chain: EvmChain): NativeMovement[] {
  const top = topMovement(one)
  const moved = top === null ? [] : [top]
  if (one.frames !== null) return moved.concat(innerMovements(one.frames, moved))
  return moved.concat(loggedMovements(one, chain, top))
}

/** A new contract's address stands in the receipt. */
function topMovement({ tx, receipt, frames }: ReadTransaction): NativeMovement | null {
  const to = tx.to ?? receipt.contractAddress ?? frames?.to[0]
  if (to === undefined || to === nowhere || tx.from === nowhere || tx.value === null) return null
  const amount = BigInt(tx.value)
  if (amount === 0n && (tx.input === null || tx.input.length > 2)) return null
  return { asset: 'native', from: tx.from, to, amount, frame: 0, doubtful: false, id: () => 'value' }
}

function innerMovements(frames: CallFrames, before: readonly NativeMovement[]): NativeMovement[] {
  const seen = new Set(before.map(whatMoved))
  return frames.moves.map(({ frame, value, selfDestruct }) => {
    const moved = {
      asset: 'native',
      from: frames.from[frame] ?? '',
      to: frames.to[frame] ?? '',
      amount: BigInt(value),
    }
    const doubtful = selfDestruct && seen.has(whatMoved(moved))
    seen.add(whatMoved(moved))
    return { ...moved, frame, doubtful, id: () => transferIdOf(frames, frame) }
  })
}

function whatMoved({ from, to, amount }: Moved): string {
  return `${from} ${to} ${amount}`
}

/** One log stands for the transaction's own value, and comes before all others. */
function loggedMovements(
  { receipt }: ReadTransaction,
  { definition }: EvmChain,
  top: NativeMovement | null,
): NativeMovement[] {
  const found: NativeMovement[] = []
  let own = top
  for (const { log, ...movement } of withoutDoubles(nativeLogs(receipt, definition))) {
    const { from, to, amount } = movement
    if (amount === 0n || from === definition.feeCollector || to === definition.feeCollector) continue
    if (own !== null && own.from === from && own.to === to && own.amount === amount) own = null
    else
      found.push({
        ...{ asset: 'native', ...movement, frame: null, doubtful: false },
        id: () => `log:${log}`,
      })
  }
  return found
}

interface NativeLog {
  log: number
  /** By the contract of the coin, on a call of it; else the chain wrote it. */
  byContract: boolean
  contract: string
  from: string
  to: string
  amount: bigint
}

function nativeLogs({ logs }: RpcReceipt, definition: ChainDefinition): NativeLog[] {
  return logs.flatMap((each, log) => {
    if (!isNativeLog(each, definition)) return []
    const read = readNativeLog(each)
    return read === null ? [] : [{ log, contract: each.address, ...read }]
  })
}

/** Who, to whom and how much; `null` for a log that tells of no movement of the coin. */
export function readNativeLog({
  topics,
  data,
}: RpcLog): Pick<NativeLog, 'byContract' | 'from' | 'to' | 'amount'> | null {
  const [kind, first, second, third] = topics
  const byContract = kind === transferTopic
  const [sender, receiver] = byContract ? [first, second] : [second, third]
  if (!(byContract || kind === logTransferTopic) || sender === undefined || receiver === undefined)
    return null
  const amount = byContract && dataLength(data) !== 32 ? null : wordAt(data, 0)
  if (amount === null) return null
  return { byContract, from: topicAddress(sender), to: topicAddress(receiver), amount }
}

/**
 * Polygon writes a `LogTransfer` for each movement of its coin. Who moves it by a call of the coin's contract makes that pay
 * the receiver, of which the chain tells, and then write a `Transfer` and a `LogTransfer` from the caller: the `Transfer`
 * counts.
 *
 * @see https://github.com/maticnetwork/contracts/blob/main/contracts/child/MRC20.sol
 */
function withoutDoubles(logs: readonly NativeLog[]): Omit<NativeLog, 'byContract' | 'contract'>[] {
  const doubles = new Map<string, number>()
  for (const { byContract, contract, from, to, amount } of logs) {
    if (!byContract) continue
    for (const sender of [from, contract]) {
      const id = [sender, to, amount].join(' ')
      doubles.set(id, (doubles.get(id) ?? 0) + 1)
    }
  }
  return logs.flatMap(({ byContract, contract, ...movement }) => {
    const id = [movement.from, movement.to, movement.amount].join(' ')
    const left = byContract ? 0 : (doubles.get(id) ?? 0)
    if (left > 0) doubles.set(id, left - 1)
    return left > 0 ? [] : [movement]
  })
}

/**
 * Whether a log tells of the native coin in the words of an ERC-20 token: of all value from Amsterdam on (EIP-7708),
 * and of a chain's own contracts. As a token it would be counted twice.
 */
export function isNativeLog(log: RpcLog, { nativeLogs }: ChainDefinition): boolean {
  return log.address === nativeLogAddress || nativeLogs.includes(log.address)
}

/** The transfer of native value, with its parties, or `null` where it is not between the exchange and others. */
export function nativeTransfer(movement: NativeMovement, context: TransactionContext): Transfer | null {
  const { from, to, amount, frame, doubtful } = movement
  const { isOwn } = context
  const deposit = isOwn(to)
  if (isOwn(from) === deposit) return null
  const tags: Tag[] = []
  if (amount === 0n) tags.push('zero-value')
  if (doubtful) tags.push('doubtful')
  const path = frame === null ? context.called : context.callPaths.to(frame)
  return {
    id: movement.id(),
    direction: deposit ? 'deposit' : 'withdrawal',
    asset: 'native',
    symbol: context.chain.nativeSymbol,
    amount,
    own: evmKey(deposit ? to : from),
    parties: [
      deposit ? { key: evmKey(from), role: 'source' } : { key: evmKey(to), role: 'destination' },
      ...asParties('intermediary', path, (address) => address !== from && address !== to && !isOwn(address)),
      ...asParties(deposit ? 'upstream' : 'onward', context.flow.of(movement)),
    ],
    tags,
  }
}

/**
 * What a deposit of the OP stack credits to its sender: also when the transaction then fails. Nobody on this chain
 * sent it.
 *
 * @see https://specs.optimism.io/protocol/deposits.html#execution
 */
export function mintTransfer(tx: RpcTransaction, isOwn: IsOwn, symbol: string): Transfer | null {
  if (typeOf(tx) !== opDeposit || tx.mint === undefined || tx.mint === null || !isOwn(tx.from)) return null
  const amount = BigInt(tx.mint)
  if (amount === 0n) return null
  return {
    id: 'mint',
    direction: 'deposit',
    asset: 'native',
    symbol,
    amount,
    own: evmKey(tx.from),
    parties: [],
    tags: [],
  }
}
