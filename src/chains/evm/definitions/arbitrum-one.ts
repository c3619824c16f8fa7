import { define } from './definition.ts'

/**
 * Blocks come only with traffic, about four a second: the depth is a minute of a busy chain. The tag follows Ethereum.
 *
 * Types: 0x64 deposit, 0x65 unsigned, 0x66 contract, 0x68 retry, 0x6a internal. 0x69 (submit retryable) also mints its
 * `depositValue` and pays refunds outside of any call: that is not read.
 *
 * @see https://docs.arbitrum.io/how-arbitrum-works/deep-dives/l1-to-l2-messaging, nitro's go-ethereum arb_types.go
 */
export const arbitrumOne = define({
  chainId: 42_161,
  name: 'Arbitrum One',
  finality: { tag: 'finalized', depth: 240 },
  types: [0x64, 0x65, 0x66, 0x68, 0x6a],
})
