import { ChainscreenError } from '../../errors.ts'
import type { BlockRef } from '../../screening/types.ts'
import type { ChainSource } from '../source.ts'
import { checkBlock, checkHeader } from './check-block.ts'
import { checkReceipts } from './check-receipts.ts'
import { extractBlock } from './extract/extract.ts'
import { type FinalityTag, finalityTagReader } from './finality-tag.ts'
import { probeNode } from './probe.ts'
import { badAnswer } from './rpc/bad-answer.ts'
import { createRpcClient } from './rpc/client.ts'
import { type KnownToken, tokenTable } from './tokens.ts'
import type { RpcHeader } from './types.ts'
import { unscreenedOf } from './unscreened.ts'

export interface EvmSourceOptions {
  /** `http://…` or `https://…`; may hold credentials, which are never printed. */
  url: string
  /** EIP-155; another one answered by the node is `wrong-chain`. */
  chainId: number
  tokens: readonly KnownToken[]
  /** The chain's native coin, as alerts name it. Default `ETH`. */
  nativeSymbol?: string
  /** Which tag means final on this chain. Default `finalized`; `null`: none is asked for. */
  finalityTag?: FinalityTag | null
  /** How long one call may take, its body included. Default 30 s. */
  fetchTimeoutMs?: number
}

/**
 * Reads an EVM chain through the JSON-RPC of one node: for each block the block with its transactions, then the
 * receipts by that block's hash. Every answer is checked for shape and for belonging together; that is no proof
 * that it is true.
 *
 * @throws ChainscreenError `config` when the URL is not one of http or https.
 */
export function createEvmSource(options: EvmSourceOptions): ChainSource {
  const { chainId, nativeSymbol = 'ETH', finalityTag = 'finalized' } = options
  const rpc = createRpcClient(options.url, options.fetchTimeoutMs ?? 30_000)
  const tokens = tokenTable(options.tokens)
  const finalizedHeight = finalityTagReader(rpc, finalityTag)

  return {
    caip2: `eip155:${chainId}`,
    endpoint: rpc.endpoint,
    open: (signal) => probeNode(rpc, chainId, signal),

    async head(signal) {
      const method = 'eth_getBlockByNumber'
      const latest = await rpc.call({ method, params: ['latest', false] }, { signal })
      if (latest === null) throw missing(rpc.endpoint, 'a latest block')
      const { height, hash } = refOf(checkHeader(latest, method))
      const finalized = await finalizedHeight(signal)
      // The two answers are of two moments: a block may have come between them.
      return { height, hash, finalized: finalized === null ? null : Math.min(finalized, height) }
    },

    async hashAt(height, signal) {
      const method = 'eth_getBlockByNumber'
      const answer = await rpc.call({ method, params: [toHex(height), false] }, { signal })
      return answer === null ? null : checkHeader(answer, method).hash
    },

    async header(hash, signal) {
      const method = 'eth_getBlockByHash'
      const answer = await rpc.call({ method, params: [hash, false] }, { signal })
      if (answer === null) return null
      const header = checkHeader(answer, method)
      if (header.hash !== hash.toLowerCase()) throw badAnswer(method, 'hash', header.hash, hash)
      return refOf(header)
    },

    async block(height, signal) {
      const tally = { bytes: 0 }
      const method = 'eth_getBlockByNumber'
      const answer = await rpc.call({ method, params: [toHex(height), true] }, { signal, tally })
      if (answer === null) throw missing(rpc.endpoint, `block ${height}`)
      const block = checkBlock(answer, method)
      if (Number(block.number) !== height) throw badAnswer(method, 'number', block.number, toHex(height))
      const byHash = 'eth_getBlockReceipts'
      const served = await rpc.call({ method: byHash, params: [block.hash] }, { signal, tally })
      if (served === null) throw missing(rpc.endpoint, `the receipts of block ${height} (${block.hash})`)
      const receipts = checkReceipts(served, block, byHash)
      return {
        ...refOf(block),
        level: 'logs',
        unscreened: unscreenedOf(receipts),
        bytes: tally.bytes,
        extract: (own) => extractBlock(block, receipts, own, tokens, nativeSymbol),
      }
    },

    close: () => rpc.close(),
  }
}

function refOf({ number, hash, parentHash, timestamp }: RpcHeader): BlockRef {
  return { height: Number(number), hash, parentHash, time: Number(timestamp) }
}

function toHex(height: number): string {
  return `0x${height.toString(16)}`
}

function missing(endpoint: string, what: string): ChainscreenError {
  return new ChainscreenError(
    'node-missing-data',
    `The node at ${endpoint} answered null for ${what}: it does not have it (yet, or any more), or keeps no history.`,
  )
}
