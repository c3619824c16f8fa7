import { type BitcoinSourceOptions, createBitcoinSource } from '../../chains/bitcoin/source.ts'
import { createEvmSource, type EvmSourceOptions } from '../../chains/evm/source.ts'
import type { NodeEvent } from '../../chains/pool/pool.ts'
import { redactedSource } from '../../chains/redacted-source.ts'
import type { ChainSource } from '../../chains/source.ts'
import type { ChainConfig } from '../../config/chains.ts'
import { redactUrl } from '../../diagnostics/errors.ts'
import { Redactor } from '../../privacy/redactor.ts'

type Pace = Pick<BitcoinSourceOptions, 'busyDelayMs' | 'headWait'> & Pick<EvmSourceOptions, 'traceRetryMs'>

/** What is wanted of a node's source beside what its chain's config says. But for `onChange`, data. */
export interface NodeSourceOptions {
  /** Token contracts whose freezes are read, lower-case: of EVM chains. */
  freezeContracts?: readonly string[]
  /** For who reads blocks once, such as a replay: call traces that fail are asked for again by the source itself. */
  retriesTraces?: boolean
  /** Only `block` is asked of it, in a thread that is there for it. */
  readsOnly?: boolean
  /** Hears when a node of a pool is suspended, or leads, and when heads are polled. */
  onChange?: (event: NodeEvent) => void
  /** For tests, which have no time. */
  pace?: Pace
}

/** The source of one node, without anything of other threads or of the ledger: a reader's thread makes one too. */
export function createNodeSource(
  config: ChainConfig,
  url: string,
  {
    freezeContracts = [],
    retriesTraces = false,
    readsOnly = false,
    onChange,
    pace: { traceRetryMs, ...pace } = {},
  }: NodeSourceOptions,
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
      readsOnly,
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
  return redactedSource(evm, redactor)
}
