import { z } from 'zod'
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
