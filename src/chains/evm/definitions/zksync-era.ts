import { define } from './definition.ts'

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
export const zksyncEra = define({
  chainId: 324,
  name: 'ZKsync Era',
  finality: { tag: 'finalized', depth: 200 },
  types: [0x71],
  nativeLogs: ['0x000000000000000000000000000000000000800a'],
  tellsAllNative: true,
  feeCollector: '0x0000000000000000000000000000000000008001',
  unproved: {
    hash: "ZKsync's block hash is not that of a header like Ethereum's",
    logsBloom: 'ZKsync serves none',
  },
})
