import { evmChainOf } from '../chains/evm/source.ts'
import type { NodeEvent } from '../chains/pool/pool.ts'
import type { ChainSource, SourceBlock } from '../chains/source.ts'
import type { ChainConfig } from '../config/chains.ts'
import { createNodeSource, type NodeSourceOptions } from '../pipeline/blocks/create-node-source.ts'
import type { KeyTable } from '../screening/key-table.ts'
import type { Readers } from './readers.ts'

/**
 * The source of one node whose blocks are read by other threads. Everything else is asked from here: heads, hashes, the mempool and
 * freezes are little, and what a pool knows of a node's health stays in one place.
 */
export function readByThreads(
  config: ChainConfig,
  url: string,
  options: NodeSourceOptions,
  { threads, own }: { threads: Readers; own: KeyTable },
): ChainSource {
  const onChange = onceEach(options.onChange)
  const source = createNodeSource(config, url, { ...options, onChange })
  const { onChange: _, ...data } = options
  const node = threads.add({ start: { config, url, options: data }, own, onEvent: onChange })
  const chain = config.type === 'evm' ? evmChainOf({ ...config, nativeSymbol: config.symbol }) : null
  const { hashOf } = source
  return {
    ...source,
    block: async (height, signal, options) => {
      const hash = await hashOf?.(height, signal)
      const block = await threads.block(node, height, signal, { ...options, hash })
      return block.content.family === 'evm' && chain !== null
        ? { ...block, content: { ...block.content, chain } }
        : block
    },
    release: (block: SourceBlock) => threads.release(node, block),
    close: async () => {
      threads.forget(node)
      await source.close()
    },
  }
}

/** Reports of an overloaded node are this far apart: each reader has its own. */
const busyReportMs = 60_000

/** Every reader hears of the same node what the others hear of it. */
function onceEach(onChange: ((event: NodeEvent) => void) | undefined): (event: NodeEvent) => void {
  let reads: string | null = null
  let busyAt = Number.NEGATIVE_INFINITY
  return (event) => {
    const now = performance.now()
    if (event.what === 'reads' && event.reason === reads) return
    if (event.what === 'busy' && now - busyAt < busyReportMs) return
    if (event.what === 'reads') reads = event.reason
    if (event.what === 'busy') busyAt = now
    onChange?.(event)
  }
}
