import { addressText } from '../../address/text.ts'
import { withHeadsHint } from '../../chains/evm/heads-hint.ts'
import { createPool } from '../../chains/pool/pool.ts'
import type { ChainSource } from '../../chains/source.ts'
import type { ChainConfig } from '../../config/chains.ts'
import { type Chain, pinChain } from '../../ledger/blocks/chain.ts'
import type { Db } from '../../ledger/database.ts'
import { inTurn } from '../../ledger/write-turns.ts'
import type { KeyTable } from '../../screening/key-table.ts'
import { readByThreads } from '../../threads/read-by-threads.ts'
import type { Readers } from '../../threads/readers.ts'
import { createNodeSource, type NodeSourceOptions } from './create-node-source.ts'

/** What is wanted of a source beside what its chain's config says. */
export interface SourceOptions extends NodeSourceOptions {
  /** Has blocks read by other threads, reduced to what may touch these own addresses. Default: in this one, whole. */
  readers?: { threads: Readers; own: KeyTable } | undefined
}

/** The source that the config describes: one node, or a pool of several. It is not asked anything yet. */
export function createSource(config: ChainConfig, sourceOptions: SourceOptions = {}): ChainSource {
  const open = (url: string) => openOne(config, url, sourceOptions)
  const [first, ...others] = config.rpc
  if (others.length === 0) return open(first)
  const { onChange } = sourceOptions
  return createPool([open(first), ...others.map(open)], { ...(onChange && { onChange }) })
}

/** The same, opened. What can't be opened is closed. */
export async function openSource(
  config: ChainConfig,
  sourceOptions: SourceOptions = {},
  signal?: AbortSignal,
): Promise<ChainSource> {
  const source = createSource(config, sourceOptions)
  try {
    await source.open(signal)
    return source
  } catch (error) {
    await source.close()
    throw error
  }
}

function openOne(config: ChainConfig, url: string, options: SourceOptions): ChainSource {
  const { readers, ...own } = options
  const source =
    readers === undefined ? createNodeSource(config, url, own) : readByThreads(config, url, own, readers)
  return config.type === 'bitcoin' || config.ws === undefined ? source : withHeadsHint(source, config.ws)
}

/** How the ledger names and writes what this chain holds. */
export function chainOf(config: ChainConfig, source: Pick<ChainSource, 'caip2'>): Chain {
  const network = config.type === 'bitcoin' ? config.network : undefined
  return { id: config.id, caip2: source.caip2, addressText: (key) => addressText(key, network) }
}

/**
 * A source that, when it is opened, also binds its chain's id in the ledger to the chain the node is of.
 *
 * @throws `wrong-chain` from `open`, when the id stands for another chain already.
 */
export function pinned(source: ChainSource, db: Db, chain: Chain, now: () => string): ChainSource {
  return {
    caip2: source.caip2,
    endpoint: source.endpoint,
    open: async (signal) => {
      const info = await source.open(signal)
      await inTurn(db, () => pinChain(db, chain, info.genesisHash, now()))
      return info
    },
    head: (signal) => source.head(signal),
    ...(source.waitForHead && { waitForHead: source.waitForHead.bind(source) }),
    hashAt: (height, signal) => source.hashAt(height, signal),
    header: (hash, signal) => source.header(hash, signal),
    ...(source.hashOf && { hashOf: source.hashOf.bind(source) }),
    block: (height, signal, options) => source.block(height, signal, options),
    ...(source.release && { release: source.release.bind(source) }),
    ...(source.refuse && { refuse: source.refuse.bind(source) }),
    ...(source.tryOut && { tryOut: source.tryOut.bind(source) }),
    ...(source.mempool && { mempool: source.mempool.bind(source) }),
    ...(source.freezes && { freezes: source.freezes }),
    close: () => source.close(),
  }
}
