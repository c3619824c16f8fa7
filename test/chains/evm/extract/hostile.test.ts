import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evmKey } from '../../../../src/address/key.ts'
import { readContent, type ServedReceipt } from '../../../../src/chains/evm/check-receipts.ts'
import * as topics from '../../../../src/chains/evm/extract/event-words.ts'
import { maxExactSteps } from '../../../../src/chains/evm/extract/fund-flow.ts'
import { touches } from '../../../../src/chains/evm/extract/touches.ts'
import { extractTransaction } from '../../../../src/chains/evm/extract/transaction.ts'
import type { RpcReceipt } from '../../../../src/chains/evm/types.ts'
import { unreadableParts } from '../../../../src/chains/evm/unreadable.ts'
import { randomRuns } from '../../../long.ts'
import { address, blockOf, chainOf, extractFrom, log, topic, words } from '../build.ts'
import { ownOf } from '../own.ts'

const own = address(1)
const token = address(2)
const tokens = [{ address: token, symbol: 'T', wrapped: true }]

const anyTopic = fc.oneof(
  fc.constantFrom(
    topics.transferTopic,
    topics.transferSingleTopic,
    topics.transferBatchTopic,
    topics.wrapTopic,
    topics.unwrapTopic,
    topics.transferWithDataTopic,
    topics.transferOfIdTopic,
    topics.consecutiveTopic,
    topics.sentTopic,
    topics.vaultDepositTopic,
    topics.vaultWithdrawTopic,
    topics.logTransferTopic,
    `0x${'7'.repeat(64)}`,
    topic(own),
    topic(address(3)),
  ),
  fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`),
)
const smallWords = fc
  .array(fc.oneof(fc.nat(9), fc.constantFrom(32, 64, 96, 128, 160)), { maxLength: 12 })
  .map((values) => words(...values))
const anyData = fc.oneof(
  smallWords,
  fc.constant(words(own, address(3), 1)),
  fc.constantFrom(32, 64, 96).map((bytes) => `0x${'zz'.repeat(bytes)}`),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`),
  fc.string({ maxLength: 150 }).map((text) => `0x${text}`),
)
const anyLog = fc
  .tuple(fc.constantFrom(token, address(4)), fc.array(anyTopic, { maxLength: 4 }), anyData)
  .map(([from, list, data]) => log(from, list, data))

describe('whatever a contract writes', () => {
  it('extraction does not throw, and finds only transfers with an own and a foreign side', () => {
    fc.assert(
      fc.property(fc.array(anyLog, { maxLength: 8 }), (logs) => {
        for (const { transfers } of extractFrom([{ logs }], ownOf(own), tokens)) {
          expect(new Set(transfers.map(({ id }) => id)).size).toBe(transfers.length)
          for (const transfer of transfers) {
            expect(transfer.own).toBe(evmKey(own))
            expect(transfer.amount === null || transfer.amount >= 0n).toBe(true)
            expect(transfer.parties.map(({ key }) => key)).not.toContain(evmKey(own))
            for (const { key } of transfer.parties) expect(key).toMatch(/^evm:[0-9a-f]{40}$/)
          }
        }
      }),
      { numRuns: randomRuns(2000) },
    )
  })

  it('the quick look never overlooks what the full decoding finds', () => {
    fc.assert(
      fc.property(fc.array(anyLog, { maxLength: 3 }), (logs) => {
        const { block, receipts } = blockOf([{ logs }])
        const [tx, receipt] = [block.transactions[0], receipts[0]]
        if (!tx || !receipt) throw new Error('no transaction')
        const one = { tx, receipt, frames: null, succeeded: true, unreadable: [] }
        const found = extractTransaction(one, ownOf(own), chainOf(tokens))
        if (found) expect(touches(one, ownOf(own))).toBe(true)
      }),
      { numRuns: randomRuns(2000) },
    )
  })
})

describe('a transaction of thousands of logs', () => {
  const count = 10_000
  const transfer = (from: string, to: string) =>
    log(token, [topics.transferTopic, topic(from), topic(to)], words(1))

  it('is followed once for all its transfers, and nobody is lost', () => {
    // A chain of strangers, each of whom also pays us: followed one by one, these are 50 million pairs.
    const logs = Array.from({ length: count }, (_, i) => [
      transfer(address(1000 + i), address(1001 + i)),
      transfer(address(1001 + i), own),
    ]).flat()
    expect(count * logs.length).toBeGreaterThan(maxExactSteps)
    const [tx] = extractFrom([{ logs }], ownOf(own), tokens)
    expect(tx?.transfers).toHaveLength(count)
    const upstream = tx?.parties.filter(({ role }) => role === 'upstream') ?? []
    expect(upstream).toHaveLength(count)
    expect(upstream).toContainEqual({ key: evmKey(address(1000)), role: 'upstream', direction: 'deposit' })
  })

  it('asks the exact look-up once per address', () => {
    let asked = 0
    const exact = ownOf(own)
    const counting = {
      ...exact,
      has: (key: Parameters<typeof exact.has>[0]) => ++asked > 0 && exact.has(key),
    }
    extractFrom([{ logs: Array.from({ length: count }, () => transfer(address(3), own)) }], counting, tokens)
    expect(asked).toBe(1)
  })

  it('of withdrawals finds every onward receiver, and says so for withdrawals only', () => {
    const logs = Array.from({ length: 300 }, (_, i) => [
      transfer(own, address(1000 + i)),
      transfer(address(1000 + i), address(5000 + i)),
    ]).flat()
    const [tx] = extractFrom([{ from: own, logs }], ownOf(own), tokens)
    const onward = tx?.parties.filter(({ role }) => role === 'onward') ?? []
    expect(onward).toHaveLength(300)
    expect(onward.every(({ direction }) => direction === 'withdrawal')).toBe(true)
  })
})

describe('a batch of more movements than a call of JavaScript takes arguments', () => {
  it('is read, each of them, and stops nothing', () => {
    const many = 200_000
    const head = [64, 64 + 32 * (many + 1)]
    const list = words(many).slice(2) + words(1).slice(2).repeat(many)
    const batch = log(
      token,
      [topics.transferBatchTopic, topic(address(3)), topic(address(4)), topic(own)],
      `${words(...head)}${list}${list}`,
    )
    const [found] = extractFrom([{ logs: [batch] }], ownOf(own), tokens)
    expect(found?.transfers).toHaveLength(many)
    expect(found?.transfers.at(-1)).toMatchObject({ id: `log:0:${many - 1}`, amount: 1n })
  }, 60_000)
})

describe('a receipt of logs that can’t be read', () => {
  it('has one note of them, however many there are', () => {
    const [served] = blockOf([{}]).receipts
    const receipt = { ...served, logs: Array.from({ length: 1_000 }, () => 0) } as unknown as ServedReceipt
    readContent(receipt, undefined)
    expect(receipt.logs).toHaveLength(1_000)
    expect((receipt as unknown as RpcReceipt)[unreadableParts]).toMatchObject([{ what: 'logs' }])
  })
})
