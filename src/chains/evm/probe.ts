import { ChainscreenError } from '../../diagnostics/errors.ts'
import type { SourceInfo } from '../source.ts'
import { asNumber, badAnswer } from './answers.ts'
import { checkHeader } from './check-block.ts'
import type { BlockReaders } from './read-block.ts'
import type { RpcClient } from './rpc/client.ts'
import { isMethodMissing, RpcRefusal } from './rpc/refusal.ts'
import type { RpcHeader } from './types.ts'

/**
 * Asks a node what it is, and whether it can serve what is needed.
 *
 * @throws ChainscreenError `wrong-chain`, `node-syncing`, `node-missing-data`, and whatever a call may throw.
 */
export async function probeNode(
  { rpc, receipts }: Pick<BlockReaders, 'rpc' | 'receipts'>,
  identity: ChainIdentity,
  signal?: AbortSignal,
): Promise<SourceInfo> {
  await identity.open(signal)
  await checkSynced(rpc, signal)
  const client = await clientVersion(rpc, signal)
  const genesis = await header(rpc, '0x0', 'its genesis block (height 0)', signal)
  // A database is bound to this hash for ever: it must be no other block's.
  if (Number(genesis.number) !== 0) throw badAnswer('eth_getBlockByNumber', 'number', genesis.number, '0x0')
  const latest = await header(rpc, 'latest', 'a latest block', signal)
  const how = await receipts.open(latest.hash, client, signal)
  return { client, reads: `full block + ${how}`, genesisHash: genesis.hash }
}

async function checkSynced(rpc: RpcClient, signal?: AbortSignal): Promise<void> {
  const answer = await rpc.call({ method: 'eth_syncing', params: [] }, { signal })
  if (answer === false) return
  if (typeof answer !== 'object' || answer === null) throw badAnswer('eth_syncing', 'result', answer)
  const progress = answer as Record<string, unknown>
  const { currentBlock, highestBlock, txIndexRemainingBlocks } = progress
  const [current, highest] = [asNumber(currentBlock), asNumber(highestBlock)]
  // All blocks are there, and only their index of transactions is being built, which nothing here needs: geth and BSC since
  // 1.11 say so in this way (`SyncProgress.Done`, https://github.com/ethereum/go-ethereum/blob/master/interfaces.go).
  const isIndexing = asNumber(txIndexRemainingBlocks) !== undefined
  const isHealing = [progress.healingTrienodes, progress.healingBytecode].some(
    (left) => Number(left ?? 0) > 0,
  )
  const hasAll = current !== undefined && highest !== undefined && current >= highest && current > 0
  if (isIndexing && hasAll && !isHealing) return
  throw new ChainscreenError(
    'node-syncing',
    `The node at ${rpc.endpoint} is still syncing (block ${current ?? '?'} of ` +
      `${highest ?? '?'}): wait until it has caught up with its chain.`,
  )
}

async function clientVersion(rpc: RpcClient, signal?: AbortSignal): Promise<string> {
  try {
    const answer = await rpc.call({ method: 'web3_clientVersion', params: [] }, { signal })
    if (typeof answer !== 'string') throw badAnswer('web3_clientVersion', 'result', answer)
    return rpc.redactor.quote(answer)
  } catch (error) {
    // Only shown to people: a gateway that hides it can be read all the same.
    if (isMethodMissing(error)) return 'unknown client'
    throw error
  }
}

async function header(rpc: RpcClient, block: string, what: string, signal?: AbortSignal) {
  const answer = await rpc.call({ method: 'eth_getBlockByNumber', params: [block, false] }, { signal })
  if (answer !== null) return checkHeader(answer, 'eth_getBlockByNumber')
  throw new ChainscreenError(
    'node-missing-data',
    `The node at ${rpc.endpoint} does not have ${what}: use a node that is synced and keeps all blocks.`,
  )
}

/** A node may be replaced by one of another chain behind the same URL, without a connection that breaks. */
const usualEveryMs = 3_600_000

/** Knows whether a node is of the chain that the config says: asked at first, when it was away, and every hour. */
export class ChainIdentity {
  readonly #rpc: RpcClient
  readonly #chainId: number
  readonly #everyMs: number
  /** `null`: it is to be asked. Whoever reads a node opens it first. */
  #askedAtMs: number | null = performance.now()

  constructor(rpc: RpcClient, chainId: number, everyMs = usualEveryMs) {
    this.#rpc = rpc
    this.#chainId = chainId
    this.#everyMs = everyMs
  }

  /** The same client, which tells of a connection that broke: what answers next may be another node. */
  watched(): RpcClient {
    const broke = (error: unknown): never => {
      if (error instanceof ChainscreenError && error.code === 'node-unreachable') this.#askedAtMs = null
      throw error
    }
    const { endpoint, redactor } = this.#rpc
    return {
      ...{ endpoint, redactor },
      call: (call, options) => this.#rpc.call(call, options).catch(broke),
      callAll: (calls, options) => this.#rpc.callAll(calls, options).catch(broke),
      close: () => this.#rpc.close(),
    }
  }

  /** Asks for the chain id where that is due. @throws ChainscreenError `wrong-chain`; and as a call throws. */
  async check(signal?: AbortSignal): Promise<void> {
    const now = performance.now()
    if (this.#askedAtMs !== null && now - this.#askedAtMs < this.#everyMs) return
    await this.#ask(signal)
    this.#askedAtMs = now
  }

  /** Asks anew. Throws as {@link check} does. */
  async open(signal?: AbortSignal): Promise<void> {
    this.#askedAtMs = null
    await this.check(signal)
  }

  async #ask(signal?: AbortSignal): Promise<void> {
    const answer = await this.#rpc.call({ method: 'eth_chainId', params: [] }, { signal })
    const served = asNumber(answer)
    if (served === undefined) throw badAnswer('eth_chainId', 'result', answer)
    if (served === this.#chainId) return
    throw new ChainscreenError(
      'wrong-chain',
      `The node at ${this.#rpc.endpoint} serves chain id ${served}, but the config says chainId: ${this.#chainId}: correct the one or the other.`,
    )
  }
}

export type FinalityTag = 'finalized' | 'safe'

/**
 * Asks for the height of the block under a finality tag. Nodes without one (a young chain, a consensus client that
 * is not there yet) answer `null` or an error: that is no failure, and may change. A node that says it does not know
 * the method or the parameter (-32601, -32602) is not asked again.
 */
export function finalityTagReader(
  rpc: RpcClient,
  tag: FinalityTag | null,
  prove: (header: RpcHeader) => Promise<void> = async () => {},
) {
  let supported = tag !== null
  return async (signal?: AbortSignal): Promise<number | null> => {
    if (!supported || tag === null) return null
    try {
      const answer = await rpc.call({ method: 'eth_getBlockByNumber', params: [tag, false] }, { signal })
      if (answer === null) return null
      const header = checkHeader(answer, 'eth_getBlockByNumber')
      await prove(header)
      return Number(header.number)
    } catch (error) {
      if (!(error instanceof RpcRefusal)) throw error
      if (isMethodMissing(error) || error.rpcCode === -32602) supported = false
      return null
    }
  }
}
