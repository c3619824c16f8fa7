import { define } from './definition.ts'

/**
 * Has gone back 157 blocks at once (2023-02-22), and blocks under its own tag too: only the depth counts. The contract
 * of the native coin at 0x…1010 writes a `Transfer` for the coin that it moves.
 *
 * State sync: until type 0x7f (PIP-74) a transaction from and to the zero address at the end of the block.
 *
 * @see https://docs.polygon.technology/pos/concepts/tokens/pol/, https://github.com/maticnetwork/Polygon-Improvement-Proposals
 */
export const polygon = define({
  chainId: 137,
  name: 'Polygon',
  symbol: 'POL',
  finality: { tag: null, depth: 500 },
  types: [0x7f],
  nativeLogs: ['0x0000000000000000000000000000000000001010'],
  stateSync: true,
})
