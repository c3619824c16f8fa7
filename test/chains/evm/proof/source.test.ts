import { describe, expect, it, onTestFinished } from 'vitest'
import type { VerifyMode } from '../../../../src/chains/evm/proof/prove-block.ts'
import { createEvmSource } from '../../../../src/chains/evm/source.ts'
import { extract } from '../../../../src/chains/extract.ts'
import { createPool } from '../../../../src/chains/pool/pool.ts'
import { reportRefusals } from '../../../../src/chains/source.ts'
import { healthyNode, startFakeNode } from '../fake-node.ts'
import { ownOf } from '../own.ts'
import type { ServedBlock } from './served-blocks.ts'
import { account, signedBlock } from './signed.ts'

const honest = await signedBlock([1n, 2n, 3n])
const stranger = `0x${'5'.repeat(40)}`
const own = ownOf(stranger)

/** A node that serves this block at every height. */
async function sourceOf({ block, receipts }: ServedBlock, verify?: VerifyMode) {
  const node = await startFakeNode({
    ...healthyNode(),
    eth_getBlockByNumber: ([asked]) => (asked === '0x0' ? { ...block, number: '0x0' } : block),
    eth_getBlockByHash: () => block,
    eth_getBlockReceipts: () => receipts,
  })
  const source = createEvmSource({
    ...{ url: node.url, chainId: 1, tokens: [], traces: 'off' },
    ...(verify && { verify }),
  })
  onTestFinished(() => source.close())
  return source
}

const changed = (change: object): ServedBlock => ({
  ...honest,
  block: {
    ...honest.block,
    transactions: honest.block.transactions.with(1, { ...honest.block.transactions[1], ...change } as never),
  },
})
/** Money that came from us, in the node's words. */
const misattributed = changed({ from: stranger })

const unverified = (rows: readonly { what: string }[] = []) =>
  rows.filter(({ what }) => what === 'unverified')

describe('a source', () => {
  it('gives a block that proves true', async () => {
    const block = await (await sourceOf(honest, 'strict')).block(7)
    expect(unverified(block.unscreened)).toEqual([])
    const { transactions, unscreened } = extract(block, ownOf(account.address.toLowerCase()))
    expect(transactions).toHaveLength(3)
    expect(unscreened).toEqual([])
  })

  it('refuses one that does not, again and again', async () => {
    const source = await sourceOf(changed({ value: '0x5' }), 'strict')
    for (let i = 0; i < 2; i++)
      await expect(source.block(7)).rejects.toMatchObject({
        code: 'node-bad-answer',
        message: expect.stringMatching(/^Block 7 \(0x[0-9a-f]{64}\) fails verification: transactionsRoot: /),
      })
  })

  it('only notes it where the config says warn, and proves nothing where it says off or nothing', async () => {
    const lie = changed({ value: '0x5' })
    expect(unverified((await (await sourceOf(lie, 'warn')).block(7)).unscreened)).toHaveLength(1)
    expect(unverified((await (await sourceOf(lie, 'off')).block(7)).unscreened)).toEqual([])
    expect(unverified((await (await sourceOf(lie)).block(7)).unscreened)).toEqual([])
  })

  it('that lied about a sender makes way for another node', async () => {
    const set: string[] = []
    const [liar, other] = [await sourceOf(misattributed, 'strict'), await sourceOf(honest, 'strict')]
    const pool = createPool([liar, other], {
      onChange: ({ endpoint, what }) => set.push(`${what} ${endpoint}`),
    })
    const block = await pool.block(7)
    await expect(reportRefusals(pool, () => extract(block, own))).rejects.toMatchObject({
      code: 'node-bad-answer',
      message: expect.stringMatching(/transactions\[1\]\.from: expected 0x5555/),
    })
    const again = await pool.block(7)
    expect(extract(again, own).transactions).toEqual([])
    expect(set).toEqual([`leads ${liar.endpoint}`, `suspended ${liar.endpoint}`, `leads ${other.endpoint}`])
  })
  it('that lied about a sender is refused that block alone, as often as it is looked through', async () => {
    const liar = await sourceOf(misattributed, 'strict')
    const block = await liar.block(7)
    for (let i = 0; i < 2; i++)
      expect(() => extract(block, own)).toThrowError(/transactions\[1\]\.from: expected 0x5555/)
    expect(await liar.block(7)).toMatchObject({ hash: honest.block.hash })
  })
})
