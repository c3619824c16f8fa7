import type { ChainConfig } from '../../config/chains.ts'
import { isMissing } from '../../diagnostics/errors.ts'
import { openSource } from '../blocks/open-chain.ts'

/**
 * Those of these heights whose blocks the chain's node does not have. Blocks are read whole: a pruned node still knows the
 * hashes of those it has not. Where the node can't be asked now, none is said to be missing.
 */
export async function missingBlocks(config: ChainConfig, heights: readonly number[]): Promise<Set<number>> {
  const missing = new Set<number>()
  for (const height of new Set(heights)) {
    const served = await isServed(config, height)
    if (served === null) break
    if (!served) missing.add(height)
  }
  return missing
}

/** @returns `null` where the node can't be asked now. */
async function isServed(config: ChainConfig, height: number): Promise<boolean | null> {
  // One for each height: what a node of a pool does not have is held against it.
  // Traces may be gone where the block is not, and are then done without.
  const bare =
    config.type === 'evm' && config.traces === 'auto' ? { ...config, traces: 'off' as const } : config
  const source = await openSource(bare).catch(() => null)
  if (source === null) return null
  try {
    const block = await source.block(height)
    source.release?.(block)
    return true
  } catch (error) {
    return isMissing(error) ? false : null
  } finally {
    await source.close()
  }
}
