import { type ChainDefinition, define } from './definition.ts'

/**
 * A chain of the OP stack: final when its data is final on Ethereum, which the tag says. Blocks of 2 s or less.
 *
 * @see https://specs.optimism.io/protocol/deposits.html
 */
export function opStack(chainId: number, name: string): ChainDefinition {
  return define({
    chainId,
    name,
    finality: { tag: 'finalized', depth: 200 },
    unproved: {
      withdrawalsRoot: 'since Isthmus it is the storage root of a contract, and not that of the list',
    },
  })
}
