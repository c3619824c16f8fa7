import { z } from 'zod'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import { type EvmBlock, formatName, formatVersion } from './format.ts'
import type { RawNode } from './raw-node.ts'
import type { Recorder } from './record-blocks.ts'

const refSchema = z.object({ hash: z.string(), parentHash: z.string(), number: z.string() })
const blockSchema = refSchema.extend({ transactions: z.array(z.unknown()) })
const framesSchema = z.array(z.object({ blockHash: z.string().optional() }))
const methodNotFound = -32601
/** Logs in frames tell which call moved a token. */
const callTracer = { tracer: 'callTracer', timeout: '60s', tracerConfig: { withLog: true } }

/**
 * Reads an EVM node over JSON-RPC: full block and receipts, and, unless `traces` is false, call traces as chainscreen
 * asks for them: of the callTracer, or trace_block where the node does not have that; both with `everything`.
 */
export async function evmRecorder(
  node: RawNode,
  { everything = false, traces: traced = true }: { everything?: boolean; traces?: boolean },
): Promise<Recorder> {
  const chainId = Number(JSON.parse(await node.call('eth_chainId', [])))
  const version = z.string().parse(JSON.parse(await node.call('web3_clientVersion', [])))
  const client = node.redactor.quote(version)
  const missing = new Set<string>()

  async function refAt(block: string): Promise<z.infer<typeof refSchema> | null> {
    const answer = await node.rpc('eth_getBlockByNumber', [block, false])
    if ('error' in answer || answer.result === 'null') return null
    return refSchema.parse(JSON.parse(answer.result))
  }

  async function hashAt(height: number): Promise<string> {
    const ref = await refAt(hex(height))
    if (ref === null)
      throw new ChainscreenError('node-missing-data', `The node at ${node.endpoint} has no block ${height}.`)
    return ref.hash
  }

  /** By hash: `null` means that the block was reorganised away meanwhile, or that the node lost it. */
  async function ofBlock(method: string, hash: string, height: number, params: unknown[]): Promise<string> {
    const text = await node.call(method, params)
    if (text !== 'null') return text
    const message = `The node at ${node.endpoint} answered ${method} for block ${height} (${hash}) with null.`
    throw new ChainscreenError('node-missing-data', message)
  }

  /** An answer that not every node has: left out, and said so, where the method does not exist. */
  async function extra(method: string, params: unknown[]): Promise<string | undefined> {
    if (missing.has(method)) return undefined
    const answer = await node.rpc(method, params)
    if ('result' in answer && answer.result !== 'null') return answer.result
    if ('error' in answer && answer.error.code === methodNotFound) {
      missing.add(method)
      return undefined
    }
    const what = 'error' in answer ? answer.error.message : 'null'
    throw new ChainscreenError(
      'node-bad-answer',
      `The node at ${node.endpoint} answered ${method} with: ${what}.`,
    )
  }

  async function block(hash: string, height: number): Promise<EvmBlock> {
    const text = await ofBlock('eth_getBlockByHash', hash, height, [hash, true])
    const { parentHash, transactions } = blockSchema.parse(JSON.parse(text))
    const receipts = await ofBlock('eth_getBlockReceipts', hash, height, [hash])
    // Blocks without transactions have nothing to trace, and some nodes refuse to (geth: the genesis block).
    const empty = transactions.length === 0
    const debug = () => (empty ? '[]' : extra('debug_traceBlockByHash', [hash, callTracer]))
    const traces = traced || everything ? await debug() : undefined
    const flat = everything || (traced && traces === undefined)
    const traceBlock = flat ? await extra('trace_block', [hex(height)]) : undefined
    // trace_block goes by height: its frames must be of this very block.
    const frames = traceBlock === undefined ? [] : framesSchema.parse(JSON.parse(traceBlock))
    if (frames.some((frame) => frame.blockHash !== undefined && frame.blockHash !== hash))
      throw new ChainscreenError(
        'node-missing-data',
        `Block ${height} was reorged out while it was recorded.`,
      )
    return {
      kind: 'block',
      height,
      hash,
      parentHash,
      block: text,
      receipts,
      ...(traces !== undefined && { traces }),
      ...(traceBlock !== undefined && { traceBlock }),
    }
  }

  return {
    header: {
      format: formatName,
      version: formatVersion,
      family: 'evm',
      chainId,
      client,
      genesisHash: await hashAt(0),
      caip2: `eip155:${chainId}`,
    },
    get missing() {
      return [...missing].sort()
    },
    headHeight: async () => Number(JSON.parse(await node.call('eth_blockNumber', []))),
    hashAt,
    block,
    async finalized() {
      const ref = await refAt('finalized')
      return ref === null ? null : { height: Number(ref.number), hash: ref.hash }
    },
    // No EVM node lists the blocks that lost.
    staleBranches: async () => [],
  }
}

function hex(height: number): string {
  return `0x${height.toString(16)}`
}
