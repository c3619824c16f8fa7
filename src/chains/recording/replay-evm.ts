import { z } from 'zod'
import type { EvmBlock } from './format.ts'
import type { EvmRecording } from './recording.ts'
import {
  errorOf,
  memo,
  nullResult,
  type ReplayAnswer,
  type ReplayMethods,
  resultOf,
} from './replay-answer.ts'
import type { ReplayCursor } from './replay-cursor.ts'
import { logsAnswerer } from './replay-logs.ts'

/** What makes the head of a view served whole; see `createReplayCursor`. */
export const evmWholes = [['block', 'receipts']] as const

const methodNotFound = errorOf(-32601, 'Method not found')
const noState = errorOf(-32601, 'a recording holds no state: it can be asked for blocks and logs only')
const invalidParams = (what: string) => errorOf(-32602, what)

/**
 * An EVM node's JSON-RPC, answered from a recording the way anvil does: blocks that are not on the present view's
 * chain are null, and their traces an error. `safe` is answered as `finalized`. `trace_block` outside of the
 * recording is null (anvil says `[]`, which reads like an empty block).
 */
export function evmMethods(recording: EvmRecording, cursor: ReplayCursor, traces: boolean): ReplayMethods {
  const { header, blocks } = recording
  const bodies = {
    block: memo((hash) => Buffer.from(blocks.get(hash)?.block ?? 'null')),
    receipts: memo((hash) => Buffer.from(blocks.get(hash)?.receipts ?? 'null')),
    hashesOnly: memo((hash) => Buffer.from(withHashesOnly(blocks.get(hash)?.block ?? 'null'))),
    traces: memo((hash) => Buffer.from(blocks.get(hash)?.traces ?? 'null')),
    traceBlock: memo((hash) => Buffer.from(blocks.get(hash)?.traceBlock ?? 'null')),
  }
  const held = [...blocks.values()]
  const hasTraces = traces && held.some((block) => block.traces !== undefined)
  const hasTraceBlock = traces && held.some((block) => block.traceBlock !== undefined)

  let receiptIn: ReturnType<typeof receiptsByTransaction> | undefined

  /** The canonical hash of a tag, a height in hex, a hash, or `{blockHash}`; `null` outside; `undefined` if it is none of them. */
  function hashOf(block: unknown): string | null | undefined {
    if (typeof block === 'object' && block !== null && 'blockHash' in block) return hashOf(block.blockHash)
    if (block === 'latest') return cursor.askHead().hash
    if (block === 'finalized' || block === 'safe') return cursor.finalized()?.hash ?? null
    if (block === 'earliest') return header.genesisHash
    if (block === 'pending') return null
    if (typeof block !== 'string' || !/^0x[0-9a-fA-F]+$/.test(block)) return undefined
    if (block.length < 66) return cursor.hashAt(Number(block)) ?? null
    const hash = block.toLowerCase()
    return cursor.isCanonical(hash) ? hash : null
  }

  function blockAnswer([block, full]: readonly unknown[]): ReplayAnswer {
    const hash = hashOf(block)
    if (hash === undefined || typeof full !== 'boolean')
      return invalidParams(
        'expected a block (tag, number in hex or hash) and whether to give whole transactions',
      )
    if (hash === null) return nullResult
    if (!full) return { result: bodies.hashesOnly(hash) }
    cursor.served(hash, 'block')
    return { result: bodies.block(hash) }
  }

  function traceAnswer([block, options]: readonly unknown[]): ReplayAnswer {
    const asked = z.object({ tracer: z.literal('callTracer') }).safeParse(options)
    if (!hasTraces) return methodNotFound
    if (!asked.success) return errorOf(-32000, 'this recording holds traces of the callTracer only')
    const hash = hashOf(block)
    if (hash === undefined) return invalidParams('expected a block')
    if (hash === null) return errorOf(-32001, 'Resource not found')
    return { result: bodies.traces(hash) }
  }

  return {
    eth_chainId: () => resultOf(`0x${header.chainId.toString(16)}`),
    net_version: () => resultOf(String(header.chainId)),
    web3_clientVersion: () => resultOf(header.client),
    eth_syncing: () => resultOf(false),
    eth_blockNumber: () => resultOf(`0x${cursor.askHead().height.toString(16)}`),
    eth_getBlockByNumber: blockAnswer,
    eth_getBlockByHash: blockAnswer,
    eth_getBlockReceipts([block]) {
      const hash = hashOf(block)
      if (hash === undefined) return invalidParams('expected a block')
      if (hash === null) return nullResult
      cursor.served(hash, 'receipts')
      return { result: bodies.receipts(hash) }
    },
    eth_getTransactionReceipt([asked]) {
      if (typeof asked !== 'string') return invalidParams('expected the hash of a transaction')
      receiptIn ??= receiptsByTransaction(held)
      const found = receiptIn.get(asked.toLowerCase())?.find(({ hash }) => cursor.isCanonical(hash))
      if (found === undefined) return nullResult
      cursor.served(found.hash, 'receipts')
      return { result: Buffer.from(found.text) }
    },
    debug_traceBlockByHash: traceAnswer,
    debug_traceBlockByNumber: traceAnswer,
    trace_block([block]) {
      if (!hasTraceBlock) return methodNotFound
      const hash = hashOf(block)
      if (hash === undefined) return invalidParams('expected a block')
      return hash === null ? nullResult : { result: bodies.traceBlock(hash) }
    },
    eth_getLogs: logsAnswerer({
      heightOf(tag) {
        if (tag === 'latest') return cursor.askHead().height
        return tag === 'earliest' ? 0 : cursor.finalized()?.height
      },
      hashAt: cursor.hashAt,
      isCanonical: cursor.isCanonical,
      receipts: (hash) => blocks.get(hash)?.receipts,
    }),
    eth_call: () => noState,
    eth_getCode: () => noState,
  }
}

const receiptsSchema = z.array(z.looseObject({ transactionHash: z.string() }))

/** The receipts of each transaction, one for each block that has it: a reorg may have moved it. */
function receiptsByTransaction(blocks: readonly EvmBlock[]): Map<string, { hash: string; text: string }[]> {
  const found = new Map<string, { hash: string; text: string }[]>()
  for (const { hash, receipts } of blocks) {
    for (const receipt of receiptsSchema.parse(JSON.parse(receipts))) {
      const of = receipt.transactionHash.toLowerCase()
      found.set(of, [...(found.get(of) ?? []), { hash, text: JSON.stringify(receipt) }])
    }
  }
  return found
}

const blockSchema = z.looseObject({ transactions: z.array(z.object({ hash: z.string() })) })

function withHashesOnly(text: string): string {
  const block = blockSchema.parse(JSON.parse(text))
  return JSON.stringify({ ...block, transactions: block.transactions.map(({ hash }) => hash) })
}
