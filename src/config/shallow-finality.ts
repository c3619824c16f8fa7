import { chainDefinition } from '../chains/evm/definitions/index.ts'
import type { ChainConfig } from './chains.ts'

/**
 * A sentence for people where the config calls blocks final earlier than this chain allows; `null` where it does not.
 * The config wins all the same: whoever wrote it may know better.
 */
export function shallowFinality(config: ChainConfig): string | null {
  if (config.type !== 'evm') return null
  const { chainId, name, finality } = chainDefinition(config.chainId)
  if (chainId === null) return null
  if (config.finality.depth < finality.depth)
    return `finality.depth: ${config.finality.depth} is less than the ${finality.depth} blocks that ${name} needs`
  if (config.finality.tag !== 'none' && finality.tag === null)
    return `finality.tag: ${config.finality.tag} is not reliable on ${name}: blocks under it were reorged out`
  return null
}
