import { z } from 'zod'
import type { EvmBlock } from './format.ts'
import {
  errorOf,
  memo,
  nullResult,
  type ReplayAnswer,
  type ReplayMethods,
  resultOf,
} from './json-rpc-reply.ts'
import type { EvmRecording } from './recording.ts'
import type { ReplayCursor } from './replay-cursor.ts'

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

const hexNumber = z.string().regex(/^0x[0-9a-fA-F]{1,13}$/)
const tags = ['latest', 'finalized', 'safe', 'earliest'] as const
const place = z.union([hexNumber, z.enum(tags)])
const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())])

/** https://ethereum.github.io/execution-apis/ `eth_getLogs`: a range of blocks, or one block by its hash. */
const filterSchema = z
  .looseObject({
    fromBlock: place.optional(),
    toBlock: place.optional(),
    blockHash: z.string().optional(),
    address: oneOrMore.nullish(),
    topics: z.array(oneOrMore.nullable()).nullish(),
  })
  .refine(({ blockHash, fromBlock, toBlock }) => !blockHash || (!fromBlock && !toBlock))

type Filter = z.infer<typeof filterSchema>

const logsSchema = z.array(
  z.looseObject({
    logs: z.array(z.looseObject({ address: z.string(), topics: z.array(z.string()) })),
  }),
)

/** What the answer is made from. */
interface RecordedLogs {
  /** The height of a tag; `undefined` where there is none. */
  heightOf(tag: (typeof tags)[number]): number | undefined
  /** The canonical hash at a height, and whether a hash is canonical. */
  hashAt(height: number): string | undefined
  isCanonical(hash: string): boolean
  /** The receipts of a block as JSON text; `undefined` where they were not recorded. */
  receipts(hash: string): string | undefined
}

/**
 * `eth_getLogs` from the receipts that were recorded. A range that holds a block which was not is refused: no logs would
 * read like none were written.
 */
function logsAnswerer(recorded: RecordedLogs): (params: readonly unknown[]) => ReplayAnswer {
  const logsOf = memo((hash) => {
    const text = recorded.receipts(hash)
    return text === undefined ? undefined : logsSchema.parse(JSON.parse(text)).flatMap(({ logs }) => logs)
  })
  return ([filter]) => {
    const parsed = filterSchema.safeParse(filter)
    if (!parsed.success) return errorOf(-32602, 'expected a filter with a range of blocks, or a block hash')
    const hashes = hashesOf(parsed.data, recorded)
    const blocks = hashes?.map((hash) => (hash === undefined ? undefined : logsOf(hash)))
    if (blocks === undefined || blocks.includes(undefined))
      return errorOf(-32001, 'not all blocks of this range are in the recording')
    return resultOf(blocks.flatMap((logs) => (logs ?? []).filter((log) => fits(log, parsed.data))))
  }
}

/** `undefined` for what is no range: too long for any recording, or one that ends before it begins. */
function hashesOf(filter: Filter, recorded: RecordedLogs): (string | undefined)[] | undefined {
  if (filter.blockHash !== undefined) {
    const hash = filter.blockHash.toLowerCase()
    return [recorded.isCanonical(hash) ? hash : undefined]
  }
  const from = heightOf(filter.fromBlock ?? 'latest', recorded)
  const to = heightOf(filter.toBlock ?? 'latest', recorded)
  if (from === undefined || to === undefined || from > to || to - from >= 1_000_000) return undefined
  return Array.from({ length: to - from + 1 }, (_, index) => recorded.hashAt(from + index))
}

function heightOf(at: z.infer<typeof place>, recorded: RecordedLogs): number | undefined {
  const tag = tags.find((candidate) => candidate === at)
  return tag === undefined ? Number(at) : recorded.heightOf(tag)
}

function fits(log: { address: string; topics: readonly string[] }, { address, topics }: Filter): boolean {
  const holds = (wanted: readonly string[] | null | undefined, value: string | undefined) =>
    wanted == null ||
    wanted.length === 0 ||
    wanted.some((each) => each.toLowerCase() === value?.toLowerCase())
  return (
    holds(address, log.address) &&
    (topics ?? []).every((wanted, index) => wanted === null || holds(wanted, log.topics[index]))
  )
}
