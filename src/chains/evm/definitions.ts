import { type ChainDefinition, define } from './definition.ts'

/** Any chain without a definition of its own, anvil's too. */
const generic = define({ chainId: null, name: 'EVM chain' })

/**
 * Finality: two epochs of 32 slots. https://ethereum.org/en/developers/docs/consensus-mechanisms/pos/
 *
 * Issuers: https://tether.to/en/supported-protocols/, https://developers.circle.com/stablecoins/usdc-contract-addresses;
 * deployed in 4,634,748 and 6,082,465 by https://etherscan.io.
 */
const ethereum = define({
  chainId: 1,
  name: 'Ethereum',
  issuers: [
    { address: '0xdac17f958d2ee523a2206206994597c13d831ec7', symbol: 'USDT', from: 4_634_748 },
    { address: '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48', symbol: 'USDC', from: 6_082_465 },
  ],
})

/**
 * A chain of the OP stack: final when its data is final on Ethereum, which the tag says. Blocks of 2 s or less.
 *
 * @see https://specs.optimism.io/protocol/deposits.html
 */
function opStack(chainId: number, name: string): ChainDefinition {
  return define({
    chainId,
    name,
    finality: { tag: 'finalized', depth: 200 },
    unproved: {
      withdrawalsRoot: 'since Isthmus it is the storage root of a contract, and not that of the list',
    },
  })
}

/**
 * Blocks come only with traffic, about four a second: the depth is a minute of a busy chain. The tag follows Ethereum.
 *
 * Types: 0x64 deposit, 0x65 unsigned, 0x66 contract, 0x68 retry, 0x6a internal. 0x69 (submit retryable) also mints its
 * `depositValue` and pays refunds outside of any call: that is not read.
 *
 * @see https://docs.arbitrum.io/how-arbitrum-works/deep-dives/l1-to-l2-messaging, nitro's go-ethereum arb_types.go
 */
const arbitrumOne = define({
  chainId: 42_161,
  name: 'Arbitrum One',
  finality: { tag: 'finalized', depth: 240 },
  types: [0x64, 0x65, 0x66, 0x68, 0x6a],
})

/**
 * Has gone back 157 blocks at once (2023-02-22), and blocks under its own tag too: only the depth counts. The contract
 * of the native coin at 0x…1010 writes a `Transfer` for the coin that it moves.
 *
 * State sync: until type 0x7f (PIP-74) a transaction from and to the zero address at the end of the block.
 *
 * @see https://docs.polygon.technology/pos/concepts/tokens/pol/, https://github.com/maticnetwork/Polygon-Improvement-Proposals
 */
const polygon = define({
  chainId: 137,
  name: 'Polygon',
  symbol: 'POL',
  finality: { tag: null, depth: 500 },
  types: [0x7f],
  nativeLogs: ['0x0000000000000000000000000000000000001010'],
  stateSync: true,
})

/** Fast finality serves the tag. https://github.com/bnb-chain/BEPs/blob/master/BEPs/BEP126.md */
const bnbSmartChain = define({ chainId: 56, name: 'BNB Smart Chain', symbol: 'BNB' })

/**
 * A block that nodes serve is accepted for good: `latest` is final.
 *
 * @see https://build.avax.network/docs/api-reference/c-chain/api
 */
const avalancheC = define({
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

/**
 * Withdrawals are rights to GNO inside of the deposit contract; who claims them makes it write a Transfer of GNO.
 *
 * @see https://github.com/gnosischain/specs/blob/master/execution/withdrawals.md
 */
const gnosis = define({
  chainId: 100,
  name: 'Gnosis',
  symbol: 'xDAI',
  withdrawals: 'claimed',
})

/**
 * Contracts move the coin by a call of `L2BaseToken`, which writes a `Transfer` for every movement, the transaction's own value
 * and fees included: so no traces are needed. Those that nodes serve begin with a frame of the bootloader in place of the
 * transaction, and show calls in the name of another (mimic calls, delegate calls) as plain ones.
 *
 * Types: 0x71 (EIP-712) is read whole. 0xff (from Ethereum) also mints, and 0xfe upgrades the system: a row.
 *
 * @see https://github.com/matter-labs/era-contracts/blob/main/system-contracts/contracts/L2BaseToken.sol, `transferFromTo`
 * @see https://docs.zksync.io/zksync-protocol/api/debug-rpc
 */
const zksyncEra = define({
  chainId: 324,
  name: 'ZKsync Era',
  finality: { tag: 'finalized', depth: 200 },
  types: [0x71],
  nativeLogs: ['0x000000000000000000000000000000000000800a'],
  logsAllNative: true,
  feeCollector: '0x0000000000000000000000000000000000008001',
  unproved: {
    hash: "ZKsync's block hash is not that of a header like Ethereum's",
    logsBloom: 'ZKsync serves none',
  },
})

/**
 * A round in which nobody found a block leaves a height without one, for which nodes answer "requested epoch was a null
 * round". Heights here follow on each other, one block each, and coverage counts them so: a chain with holes is refused rather
 * than screened with heights that say nothing.
 *
 * @see https://github.com/filecoin-project/FIPs/blob/master/FIPS/fip-0055.md, "null rounds"
 */
function filecoinOf(chainId: number, name: string): ChainDefinition {
  return define({
    chainId,
    name,
    symbol: 'FIL',
    refused:
      'it has heights without a block (null rounds), which this version can not follow: screen it by other means',
  })
}

/** Every chain with a definition of its own. A new chain is a definition above and a line here. */
export const chainDefinitions: readonly ChainDefinition[] = [
  ethereum,
  define({ chainId: 11_155_111, name: 'Sepolia' }),
  opStack(8453, 'Base'),
  opStack(10, 'OP Mainnet'),
  arbitrumOne,
  polygon,
  bnbSmartChain,
  avalancheC,
  gnosis,
  zksyncEra,
  filecoinOf(314, 'Filecoin'),
  filecoinOf(314_159, 'Filecoin Calibration'),
]

const byChainId = new Map(chainDefinitions.map((definition) => [definition.chainId, definition]))

/** The definition of a chain, or the generic one. */
export function chainDefinition(chainId: number): ChainDefinition {
  return byChainId.get(chainId) ?? generic
}
