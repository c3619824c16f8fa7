import type { CallFrames } from '../traces/call-frames.ts'
import { transferIdOf } from '../traces/frame-path.ts'
import type { EvmChain, ReadTransaction } from './context.ts'
import type { Moved } from './movement.ts'
import { isNativeLog } from './native-log.ts'
import { transferTopic } from './topics.ts'
import { dataLength, topicAddress, wordAt } from './words.ts'

/** Native value that moved, in the order in which it did. */
export interface NativeMovement extends Moved {
  from: string
  to: string
  /** The frame that moved it; 0: the transaction itself. `null`: known from a log alone. */
  frame: number | null
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
  if (one.frames !== null) return moved.concat(innerMovements(one.frames))
  return moved.concat(loggedMovements(one, chain, top))
}

/** A new contract's address stands in the receipt. */
function topMovement({ tx, receipt, frames }: ReadTransaction): NativeMovement | null {
  const to = tx.to ?? receipt.contractAddress ?? frames?.to[0]
  if (to === undefined) return null
  const amount = BigInt(tx.value)
  if (amount === 0n && tx.input.length > 2) return null
  return { asset: 'native', from: tx.from, to, amount, frame: 0, id: () => 'value' }
}

function innerMovements(frames: CallFrames): NativeMovement[] {
  return frames.moves.map(({ frame, value }) => ({
    asset: 'native',
    from: frames.from[frame] ?? '',
    to: frames.to[frame] ?? '',
    amount: BigInt(value),
    frame,
    id: () => transferIdOf(frames, frame),
  }))
}

/** One log stands for the transaction's own value, and comes before all others. */
function loggedMovements(
  { receipt }: ReadTransaction,
  { definition }: EvmChain,
  top: NativeMovement | null,
): NativeMovement[] {
  const found: NativeMovement[] = []
  let own = top
  for (const [index, log] of receipt.logs.entries()) {
    const [kind, first, second] = log.topics
    if (kind !== transferTopic || first === undefined || second === undefined) continue
    if (!isNativeLog(log, definition) || dataLength(log.data) !== 32) continue
    const [from, to, amount] = [topicAddress(first), topicAddress(second), wordAt(log.data, 0)]
    if (amount === null || amount === 0n) continue
    if (own !== null && own.from === from && own.to === to && own.amount === amount) own = null
    else found.push({ asset: 'native', from, to, amount, frame: null, id: () => `log:${index}` })
  }
  return found
}
