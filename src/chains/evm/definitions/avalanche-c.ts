import { define } from './definition.ts'

/**
 * A block that nodes serve is accepted for good: `latest` is final.
 *
 * @see https://build.avax.network/docs/api-reference/c-chain/api
 */
export const avalancheC = define({
  chainId: 43_114,
  name: 'Avalanche C-Chain',
  symbol: 'AVAX',
  finality: { tag: 'finalized', depth: 1 },
  unreadField: {
    field: 'blockExtraData',
    reason: "atomic transactions (coins that come from or go to Avalanche's other chains) are not read",
  },
  unproved: { hash: 'Avalanche adds fields of its own to the header' },
})
