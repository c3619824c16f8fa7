import { describe, expect, it, onTestFinished } from 'vitest'
import { transferTopic } from '../../../src/chains/evm/extract/event-words.ts'
import { createEvmSource } from '../../../src/chains/evm/source.ts'
import { extract } from '../../../src/chains/extract.ts'
import { address, blockOf, log, type TxSketch, topic, words } from './build.ts'
import { healthyNode, startFakeNode } from './fake-node.ts'
import { ownOf } from './own.ts'

const own = address(0x01)
const [payer, router] = [address(0x11), address(0x12)]
const bootloader = '0x0000000000000000000000000000000000008001'
const coin = (from: string, to: string, amount: number) =>
  log('0x000000000000000000000000000000000000800a', [transferTopic, topic(from), topic(to)], words(amount))

/** Reads a block of ZKsync Era whose node serves traces as the documentation shows them. */
async function read(sketch: TxSketch) {
  const { block, receipts } = blockOf([sketch])
  const node = await startFakeNode({
    ...healthyNode([sketch]),
    eth_chainId: () => '0x144',
    eth_getBlockByNumber: ([asked]) => (asked === '0x0' ? { ...block, number: '0x0' } : block),
    eth_getBlockReceipts: () => receipts,
    debug_traceBlockByHash: () => [
      {
        result: {
          type: 'Call',
          from: `0x${'0'.repeat(40)}`,
          to: bootloader,
          value: '0x7',
          input: '0x',
          calls: [],
        },
      },
    ],
  })
  const source = createEvmSource({ url: node.url, chainId: 324, tokens: [] })
  onTestFinished(() => source.close())
  await source.open()
  const served = await source.block(7)
  const transfers = extract(served, ownOf(own)).transactions.flatMap((tx) => tx.transfers)
  return {
    served,
    moved: transfers.map(({ id, direction, asset, amount }) => [id, direction, asset, Number(amount)]),
  }
}

describe('ZKsync Era', () => {
  it('one payment is one transfer of the coin, and the fees are none', async () => {
    const { served, moved } = await read({
      ...{ type: '0x71', from: payer, to: own, value: '0x5', input: '0x' },
      logs: [coin(payer, bootloader, 9), coin(payer, own, 5), coin(bootloader, payer, 2)],
    })
    expect(moved).toEqual([['value', 'deposit', 'native', 5]])
    expect(served).toMatchObject({ level: 'full', unscreened: [] })
  })

  it('what we sign pays its amount, and no fee', async () => {
    const { moved } = await read({
      ...{ from: own, to: payer, value: '0x5', input: '0x' },
      logs: [coin(own, bootloader, 9), coin(own, payer, 5), coin(bootloader, own, 2)],
    })
    expect(moved).toEqual([['value', 'withdrawal', 'native', 5]])
  })

  it('a payment by a contract is known by its log', async () => {
    const { moved } = await read({
      ...{ from: payer, to: router, value: '0x5' },
      logs: [coin(payer, bootloader, 9), coin(payer, router, 5), coin(router, own, 4)],
    })
    expect(moved).toEqual([['log:2', 'deposit', 'native', 4]])
  })

  it('a transaction from Ethereum, which also mints, is a row', async () => {
    const { served } = await read({ type: '0xff', from: payer, to: own, logs: [] })
    expect(served.unscreened).toMatchObject([{ what: 'transaction-type' }])
  })
})

describe('Filecoin', () => {
  it('is refused at start, with the reason', async () => {
    const source = createEvmSource({ url: 'http://127.0.0.1:1', chainId: 314, tokens: [] })
    onTestFinished(() => source.close())
    await expect(source.open()).rejects.toMatchObject({
      code: 'config',
      message: expect.stringMatching(/Filecoin \(chainId 314\) is refused: .*null rounds/),
    })
  })
})
