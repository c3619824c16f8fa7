import { ChainscreenError } from '../../diagnostics/errors.ts'
import type { Redactor } from '../../privacy/redactor.ts'
import type { BlockRef } from '../../screening/types.ts'
import type { ChainSource, SourceBlock } from '../source.ts'
import { badAnswer } from './answers.ts'
import { checkHeader } from './check-block.ts'
import { chainDefinition } from './definitions.ts'
import type { EvmChain } from './extract/context.ts'
import { extractFreezes } from './freezes/extract-freezes.ts'
import { createFreezeReader } from './freezes/freeze-reader.ts'
import { readTxpool } from './mempool/read-txpool.ts'
import { ChainIdentity, type FinalityTag, finalityTagReader, probeNode } from './probe.ts'
import { loadKeccak } from './proof/keccak.ts'
import { createVerifier, type VerifyMode } from './proof/prove-block.ts'
import {
  anyUnreadable,
  type BlockReaders,
  missing,
  readBlock,
  readLogs,
  receiptsOf,
  type ServedBlock,
  unreadableByTransaction,
  unscreenedOf,
} from './read-block.ts'
import { lackingOf, ReceiptReader } from './read-receipts.ts'
import { createRpcClient } from './rpc/client.ts'
import { areAllUnread } from './traces/call-frames.ts'
import { type TracePolicy, TraceReader } from './traces/trace-reader.ts'
import { type KnownToken, type RpcHeader, tokenTable } from './types.ts'

export interface EvmSourceOptions {
  /** `http://…` or `https://…`; may hold credentials, which are never printed. */
  url: string
  /** EIP-155; another one answered by the node is `wrong-chain`. */
  chainId: number
  tokens: readonly KnownToken[]
  /** Token contracts whose freezes are read, lower-case. Default: none. */
  freezeContracts?: readonly string[]
  /** The chain's native coin, as alerts name it. Default: as the chain's definition says. */
  nativeSymbol?: string
  /** Which tag means final on this chain; `null`: none is asked for. Default: as the chain's definition says. */
  finalityTag?: FinalityTag | null
  /** Whether call traces are read. Default `auto`. */
  traces?: TracePolicy
  /** Whether blocks are proved against their hash. Default `off`; the config's is `strict`. */
  verify?: VerifyMode
  /** How long one call may take, its body included. Default 30 s. */
  fetchTimeoutMs?: number
  /** How long the node's chain id is believed while its connection holds. Default an hour. */
  chainIdEveryMs?: number
  /** The pause before the traces of one block, which failed, are asked for again. Default 15 s. */
  traceRetryMs?: number
  /** Waits for that pause itself, for who reads blocks once; else each failure is thrown, for a follower or a pool to go on from. */
  retriesTraces?: boolean
  /** Most bytes of one answer. Default: 64 MB. */
  maxResponse?: number
  /** Takes what `url` keeps secret out of what the node wrote. Default: one of its own. */
  redactor?: Redactor
}

/**
 * Reads an EVM chain through the JSON-RPC of one node: for each block the block with its transactions, then the
 * receipts and the call traces by that block's hash. Every answer is checked for shape and for belonging together;
 * that it is true, `verify` proves.
 *
 * @throws ChainscreenError `config` when the URL is not one of http or https.
 */
export function createEvmSource(options: EvmSourceOptions): ChainSource {
  const { chainId, fetchTimeoutMs = 30_000 } = options
  const chain = evmChainOf(options)
  const { definition } = chain
  const { finalityTag = definition.finality.tag } = options
  const client = createRpcClient(options.url, fetchTimeoutMs, options)
  const identity = new ChainIdentity(client, chainId, options.chainIdEveryMs)
  const rpc = identity.watched()
  const readers: BlockReaders = {
    rpc,
    receipts: new ReceiptReader(rpc, definition),
    traces: new TraceReader(rpc, {
      policy: definition.logsAllNative ? 'off' : (options.traces ?? 'auto'),
      timeoutMs: fetchTimeoutMs,
      retryMs: options.traceRetryMs,
      inPlace: options.retriesTraces,
    }),
    definition,
  }
  const { verify = 'off' } = options
  const verifier = createVerifier(verify, definition.unproved)
  const freezeContracts = new Set(options.freezeContracts)
  const finalizedHeight = finalityTagReader(rpc, finalityTag, verifier.proveHeader)

  return {
    caip2: `eip155:${chainId}`,
    endpoint: rpc.endpoint,

    async open(signal) {
      if (definition.refused !== null)
        throw new ChainscreenError(
          'config',
          `${definition.name} (chainId ${chainId}) is refused: ${definition.refused}.`,
        )
      const info = await probeNode(readers, identity, signal)
      // Senders are proved where blocks are extracted, which may be another thread than the one that reads them.
      if (verify !== 'off') await loadKeccak()
      const traces = await readers.traces.open(signal)
      return traces === null ? info : { ...info, reads: `${info.reads} + ${traces}`, traces: true }
    },

    async head(signal) {
      await identity.check(signal)
      const method = 'eth_getBlockByNumber'
      const latest = await rpc.call({ method, params: ['latest', false] }, { signal })
      if (latest === null) throw missing(rpc.endpoint, 'a latest block')
      const head = checkHeader(latest, method)
      await verifier.proveHeader(head)
      const { height, hash } = refOf(head)
      const finalized = await finalizedHeight(signal)
      // The two answers are of two moments: a block may have come between them.
      return { height, hash, finalized: finalized === null ? null : Math.min(finalized, height) }
    },

    async hashAt(height, signal) {
      const method = 'eth_getBlockByNumber'
      const answer = await rpc.call({ method, params: [toHex(height), false] }, { signal })
      if (answer === null) return null
      const header = checkHeader(answer, method)
      if (Number(header.number) !== height) throw badAnswer(method, 'number', header.number, toHex(height))
      await verifier.proveHeader(header)
      return header.hash
    },

    async header(hash, signal) {
      const method = 'eth_getBlockByHash'
      const answer = await rpc.call({ method, params: [hash, false] }, { signal })
      if (answer === null) return null
      const header = checkHeader(answer, method)
      if (header.hash !== hash.toLowerCase()) throw badAnswer(method, 'hash', header.hash, hash)
      await verifier.proveHeader(header)
      return refOf(header)
    },

    async block(height, signal) {
      const tally = { bytes: 0 }
      const read = () => readBlock(readers, height, { tally, signal })
      let served = await read()
      // What is unreadable may be the node's for a moment; what stays so when it is asked again is in the block.
      if (anyUnreadable(served)) served = await read()
      const { block } = served
      const receipts = served.receipts.all
      const { frames } = served.traces
      const lacking = lackingOf(served.receipts)
      const unverified = await verifier.prove(
        ...([block, receipts, served.receipts.served, lacking] as const),
      )
      const { notices, unread } = extractFreezes(receipts, freezeContracts)
      return {
        ...refOf(block),
        level: frames === null && !definition.logsAllNative ? 'logs' : 'full',
        ...(definition.logsAllNative ? {} : tracesOf(served)),
        unscreened: [...unscreenedOf(served, definition), ...unverified, ...unread],
        hasUnreadable: anyUnreadable(served),
        unproved: verify === 'off',
        bytes: tally.bytes,
        content: {
          family: 'evm',
          block,
          receipts,
          frames,
          unreadable: unreadableByTransaction(served),
          chain,
          verify,
        },
        ...(notices.length > 0 && { freezes: notices }),
      }
    },

    mempool: (signal) => readTxpool(rpc, chain, (options.verify ?? 'off') !== 'off', signal),

    freezes: createFreezeReader(rpc, async (height, signal) => {
      const { block, receipts } = await readLogs(readers, height, { signal })
      const unverified = await verifier.prove(
        ...([block, receipts.all, receipts.served, lackingOf(receipts)] as const),
      )
      const { notices, unread } = extractFreezes(receipts.all, freezeContracts)
      const absent = receiptsOf(receipts)
      return { ...refOf(block), freezes: notices, unscreened: [...absent, ...unverified, ...unread] }
    }),

    close: () => rpc.close(),
  }
}

/** What a block's extraction knows of the chain. */
export function evmChainOf({
  chainId,
  tokens,
  nativeSymbol,
}: Pick<EvmSourceOptions, 'chainId' | 'tokens' | 'nativeSymbol'>): EvmChain {
  const definition = chainDefinition(chainId)
  return { tokens: tokenTable(tokens), nativeSymbol: nativeSymbol ?? definition.symbol, definition }
}

/** What one block says of the node's traces: one without transactions, or with none that can be read, says nothing. */
function tracesOf({ block, traces }: ServedBlock): Pick<SourceBlock, 'traces'> {
  const { frames } = traces
  if (frames !== null)
    return block.transactions.length === 0 || areAllUnread(frames) ? {} : { traces: 'read' }
  return { traces: traces.away === null ? 'none' : { away: traces.away } }
}

function refOf({ number, hash, parentHash, timestamp }: RpcHeader): BlockRef {
  return { height: Number(number), hash, parentHash, time: Number(timestamp) }
}

function toHex(height: number): string {
  return `0x${height.toString(16)}`
}
