import { z } from 'zod'
import { chainDefinition } from '../chains/evm/definitions.ts'
import { type BitcoinChainConfig, bitcoinChainSchema } from './bitcoin.ts'
import { type EvmChainConfig, evmChainSchema } from './evm.ts'
import { unique } from './values.ts'

export type ChainConfig = EvmChainConfig | BitcoinChainConfig

/** `chains`: what is followed. Two chains can't be the same one twice: their alerts would have the same ids. */
export const chainsSchema = z
  .array(
    z.discriminatedUnion('type', [evmChainSchema, bitcoinChainSchema], 'evm or bitcoin'),
    'a list of chains, or []',
  )
  .superRefine(unique('id', (chain) => chain.id, 'an id that no other chain has'))
  .superRefine(
    unique(
      'chainId',
      (chain) => (chain.type === 'evm' ? String(chain.chainId) : undefined),
      'a chain id that no other chain of the config has',
    ),
  )
  .superRefine(
    unique(
      'network',
      (chain) => (chain.type === 'bitcoin' ? chain.network : undefined),
      'a network that no other chain of the config has',
    ),
  )
  .superRefine((chains, context) => {
    chains.forEach(({ recheck, finality }, index) => {
      if (recheck === undefined || recheck < finality.depth) return
      context.addIssue({
        code: 'custom',
        path: [index, 'recheck'],
        message: `fewer blocks than finality.depth (${finality.depth}): what is final is not compared any more`,
      })
    })
  })
  .default([])

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
