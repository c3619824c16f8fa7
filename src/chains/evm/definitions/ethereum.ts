import { define } from './definition.ts'

/**
 * Finality: two epochs of 32 slots. https://ethereum.org/en/developers/docs/consensus-mechanisms/pos/
 *
 * Issuers: https://tether.to/en/supported-protocols/, https://developers.circle.com/stablecoins/usdc-contract-addresses;
 * deployed in 4,634,748 and 6,082,465 by https://etherscan.io.
 */
export const ethereum = define({
  chainId: 1,
  name: 'Ethereum',
  issuers: [
    { address: '0xdac17f958d2ee523a2206206994597c13d831ec7', symbol: 'USDT', from: 4_634_748 },
    { address: '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48', symbol: 'USDC', from: 6_082_465 },
  ],
})
