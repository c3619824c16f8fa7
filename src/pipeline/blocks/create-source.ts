import { addressText } from '../../address/text.ts'
import { type BitcoinSourceOptions, createBitcoinSource } from '../../chains/bitcoin/source.ts'
import { withHeadsHint } from '../../chains/evm/heads-hint.ts'
import { createEvmSource, type EvmSourceOptions } from '../../chains/evm/source.ts'
import { createPool, type NodeEvent } from '../../chains/pool/pool.ts'
import { redactedSource } from '../../chains/redacted-source.ts'
import type { ChainSource } from '../../chains/source.ts'
import type { ChainConfig } from '../../config/chains.ts'
import { redactUrl } from '../../diagnostics/errors.ts'
import { type Chain, pinChain } from '../../ledger/blocks/chain.ts'
import type { Db } from '../../ledger/database.ts'
import { inTurn } from '../../ledger/write-turns.ts'
import { Redactor } from '../../privacy/redactor.ts'

type Pace = Pick<BitcoinSourceOptions, 'busyDelayMs' | 'headWait'> & Pick<EvmSourceOptions, 'traceRetryMs'>

/** What is wanted of a source beside what its chain's config says. */
interface SourceOptions {
  /** Token contracts whose freezes are read, lower-case: of EVM chains. */
  freezeContracts?: readonly string[]
  /** For who reads blocks once, such as a replay: call traces that fail are asked for again by the source itself. */
  retriesTraces?: boolean
  /** Hears when a node of a pool is suspended, or leads, and when heads are polled. */
  onChange?: (event: NodeEvent) => void
  /** For tests, which have no time. */
  pace?: Pace
}

/** The source that the config describes: one node, or a pool of several. It is not asked anything yet. */
export function createSource(config: ChainConfig, sourceOptions: SourceOptions = {}): ChainSource {
  const open = (url: string) => createNodeSource(config, url, sourceOptions)
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

function createNodeSource(
  config: ChainConfig,
  url: string,
  {
    freezeContracts = [],
    retriesTraces = false,
    onChange,
    pace: { traceRetryMs, ...pace } = {},
  }: SourceOptions,
): ChainSource {
  const redactor = new Redactor('node', [url])
  if (config.type === 'bitcoin') {
    const bitcoin = createBitcoinSource({
      url,
      redactor,
      auth: config.auth,
      network: config.network,
      signetChallenge: config.signetChallenge,
      fetchTimeoutMs: config.timeoutMs,
      maxResponse: config.maxResponse,
      connections: config.prefetch,
      verify: config.verify,
      ...pace,
      onPolled: (reason) => onChange?.({ endpoint: redactUrl(url), what: 'polled', reason }),
      onSwitch: (to, reason) =>
        onChange?.({ endpoint: redactUrl(url), what: 'reads', reason: `${to} (${reason})` }),
      onBusy: (asked) => onChange?.({ endpoint: redactUrl(url), what: 'busy', reason: asked }),
    })
    return redactedSource(bitcoin, redactor)
  }
  const evm = createEvmSource({
    url,
    redactor,
    chainId: config.chainId,
    tokens: config.tokens,
    freezeContracts,
    nativeSymbol: config.symbol,
    finalityTag: config.finality.tag === 'none' ? null : config.finality.tag,
    traces: config.traces,
    verify: config.verify,
    fetchTimeoutMs: config.timeoutMs,
    maxResponse: config.maxResponse,
    retriesTraces,
    ...(traceRetryMs !== undefined && { traceRetryMs }),
  })
  const source = redactedSource(evm, redactor)
  return config.ws === undefined ? source : withHeadsHint(source, config.ws)
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
    block: (height, signal) => source.block(height, signal),
    ...(source.release && { release: source.release.bind(source) }),
    ...(source.refuse && { refuse: source.refuse.bind(source) }),
    ...(source.tryOut && { tryOut: source.tryOut.bind(source) }),
    ...(source.mempool && { mempool: source.mempool.bind(source) }),
    ...(source.freezes && { freezes: source.freezes }),
    close: () => source.close(),
  }
}
