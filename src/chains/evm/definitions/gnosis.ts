import { define } from './definition.ts'

/**
 * Withdrawals are rights to GNO inside of the deposit contract; who claims them makes it write a Transfer of GNO.
 *
 * @see https://github.com/gnosischain/specs/blob/master/execution/withdrawals.md
 */
export const gnosis = define({
  chainId: 100,
  name: 'Gnosis',
  symbol: 'xDAI',
  withdrawals: 'claimed',
})
