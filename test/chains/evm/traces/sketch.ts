import { chainDefinition } from '../../../../src/chains/evm/definitions.ts'
import { type BlockFrames, type CallFrames, isUnread } from '../../../../src/chains/evm/traces/call-frames.ts'
import { readBlockTraces } from '../../../../src/chains/evm/traces/call-tracer.ts'
import { readTraceBlock } from '../../../../src/chains/evm/traces/flat-traces.ts'
import { blockOf, type TxSketch } from '../build.ts'

/** A call as a test thinks of it. The caller is who runs: `from` is never given. */
export interface CallSketch {
  /** Default `CALL`. */
  type?: string
  to: string
  value?: number | bigint
  error?: string
  calls?: readonly CallSketch[]
  /** Positions, among the transaction's logs, of those that it writes before its first call. */
  writes?: readonly number[]
}

const quantity = (value: number | bigint = 0) => `0x${value.toString(16)}`
const borrows = (type = 'CALL') => type === 'DELEGATECALL' || type === 'CALLCODE'

/** The frames of a block of which every transaction was traced, and read. */
export function readFrames(traces: BlockFrames): CallFrames[] {
  return traces.map((trace) => {
    if (trace === null || isUnread(trace)) throw new Error('a transaction without frames')
    return trace
  })
}

/** What a callTracer says of a transaction: its own frame, with these calls. */
export function callTrace(sketch: TxSketch, calls: readonly CallSketch[], writes: readonly number[] = []) {
  const { block, receipts } = blockOf([sketch])
  const [tx, receipt] = [block.transactions[0], receipts[0]]
  if (!tx || !receipt) throw new Error('no transaction')
  const frame = (call: CallSketch, from: string): Record<string, unknown> => ({
    type: call.type ?? 'CALL',
    from,
    to: call.to,
    value: quantity(call.value),
    input: '0x',
    ...(call.error !== undefined && { error: call.error }),
    ...logs(call.writes),
    ...(call.calls && { calls: call.calls.map((one) => frame(one, borrows(call.type) ? from : call.to)) }),
  })
  const logs = (own: readonly number[] = []) =>
    own.length === 0 ? {} : { logs: own.map((i) => ({ ...receipt.logs[i], position: '0x0' })) }
  const to = tx.to ?? receipt.contractAddress ?? ''
  return {
    type: tx.to ? 'CALL' : 'CREATE',
    from: tx.from,
    to,
    value: tx.value,
    input: tx.input,
    ...(receipt.status === '0x0' && { error: 'execution reverted' }),
    ...logs(writes),
    calls: calls.map((call) => frame(call, to)),
  }
}

/** The frames of a block of one transaction with these calls, through the callTracer. */
export function framesOf(
  sketch: TxSketch,
  calls: readonly CallSketch[],
  writes: readonly number[] = [],
): BlockFrames {
  const { block, receipts } = blockOf([sketch])
  const txHash = block.transactions[0]?.hash
  const answer = [{ txHash, result: callTrace(sketch, calls, writes) }]
  return readBlockTraces(answer, block, receipts, chainDefinition(1), 'debug_traceBlockByHash')
}

/** The same through trace_block, from a client that leaves calls of precompiles without value out. */
export function flatFramesOf(sketch: TxSketch, calls: readonly CallSketch[]): BlockFrames {
  const { block, receipts } = blockOf([sketch])
  const answer = flatTrace(sketch, calls)
  return readTraceBlock(answer, block, receipts, chainDefinition(1), 'trace_block')
}

/** What trace_block says of a block of one transaction with these calls. */
export function flatTrace(sketch: TxSketch, calls: readonly CallSketch[]) {
  const { block } = blockOf([sketch])
  const items: Record<string, unknown>[] = []
  const about = { blockHash: block.hash, transactionHash: block.transactions[0]?.hash }
  const kinds: Record<string, string> = {
    STATICCALL: 'staticcall',
    DELEGATECALL: 'delegatecall',
    CALLCODE: 'callcode',
  }
  const walk = (frame: Record<string, unknown>, traceAddress: readonly number[]): void => {
    const { type, from, to, value, input, error } = frame
    const failure = error === undefined ? {} : { error: 'Reverted' }
    const result = error === undefined ? { gasUsed: '0x0', output: '0x' } : null
    const item =
      type === 'SELFDESTRUCT'
        ? { type: 'suicide', action: { address: from, refundAddress: to, balance: value }, result: null }
        : String(type).startsWith('CREATE')
          ? { type: 'create', action: { from, value, init: input }, result: result && { address: to } }
          : {
              type: 'call',
              action: { from, to, value, input, callType: kinds[String(type)] ?? 'call' },
              result,
            }
    items.push({ ...item, ...failure, ...about, traceAddress })
    const below = (frame.calls ?? []) as Record<string, unknown>[]
    const shown = below.filter((one) => !isPrecompile(String(one.to)) || one.value !== '0x0')
    for (const [index, one] of shown.entries()) walk(one, [...traceAddress, index])
  }
  walk(callTrace(sketch, calls), [])
  return items
}

function isPrecompile(address: string): boolean {
  return Number(address) <= 0x100
}
