import { describe, expect, it } from 'vitest'
import { transferTopic, unwrapTopic, wrapTopic } from '../../../../src/chains/evm/extract/topics.ts'
import { address, extractFrom, log, topic, words } from '../build.ts'
import { ownOf } from '../own.ts'

const own = address(1)
const weth = address(4)
const zero = `0x${'0'.repeat(40)}`
const wrap = (amount: number) => log(weth, [wrapTopic, topic(own)], words(amount))
const unwrap = (amount: number) => log(weth, [unwrapTopic, topic(own)], words(amount))
const move = (from: string, to: string, amount: number) =>
  log(weth, [transferTopic, topic(from), topic(to)], words(amount))

const found = (...logs: ReturnType<typeof log>[]) =>
  extractFrom([{ from: own, to: weth, logs }], ownOf(own), [{ address: weth, symbol: 'WETH', wrapped: true }])
    .flatMap(({ transfers }) => transfers)
    .map(({ id, direction, amount }) => [id, direction, amount])

describe('wrapped coins that write both kinds of logs', () => {
  it('count once', () => {
    expect(found(wrap(5), move(zero, own, 5))).toEqual([['log:1', 'deposit', 5n]])
    expect(found(move(own, zero, 5), unwrap(5))).toEqual([['log:0', 'withdrawal', 5n]])
  })

  it('count as often as they moved', () => {
    expect(found(wrap(5), move(zero, own, 5), wrap(5))).toEqual([
      ['log:1', 'deposit', 5n],
      ['log:2', 'deposit', 5n],
    ])
  })

  it('are not confused with other amounts, the other way, or a plain transfer', () => {
    expect(found(wrap(5), move(zero, own, 6))).toHaveLength(2)
    expect(found(wrap(5), move(own, zero, 5))).toHaveLength(2)
    expect(found(wrap(5), move(address(9), own, 5))).toHaveLength(2)
  })
})
