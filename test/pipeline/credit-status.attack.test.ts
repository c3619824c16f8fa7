import { expect, it, onTestFinished } from 'vitest'
import { evmKey } from '../../src/address/key.ts'
import { transferTopic } from '../../src/chains/evm/extract/event-words.ts'
import { createEvmSource } from '../../src/chains/evm/source.ts'
import { all } from '../../src/ledger/database.ts'
import { addOwnAddresses } from '../../src/ledger/own/own-addresses.ts'
import { screenBlocks } from '../../src/pipeline/blocks/screen-blocks.ts'
import { creditStatus } from '../../src/pipeline/credit-status.ts'
import { address, blockOf, hash, log, type TxSketch, topic, words } from '../chains/evm/build.ts'
import { healthyNode, startFakeNode } from '../chains/evm/fake-node.ts'
import { type CallSketch, callTrace } from '../chains/evm/traces/sketch.ts'
import { at, chain, commit } from '../ledger/fixtures.ts'
import { hot } from '../ledger/readings.ts'
import { screeningLedger } from './fixtures.ts'
import { rescreenAll } from './rescreening/rescreen-fixtures.ts'

const [own, customer, outsider, token] = [address(1), address(2), address(0xa), address(5)]
const listed = `0x${'b'.repeat(40)}`
const unknown = `0x${'7'.repeat(64)}`
const deposit: TxSketch = { from: customer, to: own, value: '0x5', input: '0x' }
const paysOwn = log(token, [transferTopic, topic(outsider), topic(own)], words(1))

interface Outsider {
  /** What he puts into the block, beside the deposit. */
  sends: readonly TxSketch[]
  /** What his transactions call. */
  calls?: readonly CallSketch[]
  /** How the node serves the first of them: the transaction, its receipt, its trace. */
  served?: { tx?: object; receipt?: object; trace?: unknown }
}

const many = <T>(count: number, of: (index: number) => T) => Array.from({ length: count }, (_, i) => of(i))
const called = (calls: unknown[]) => ({
  txHash: hash(1),
  result: { ...callTrace({ from: outsider }, []), calls },
})

/** Reads the block from a node, screens and stores it. @returns the status of the deposit, and what is open of the block. */
async function statusBeside({ sends, calls = [], served = {} }: Outsider, asked = hash(0)) {
  const sketches = [deposit, ...sends.map((sent) => ({ from: outsider, ...sent }))]
  const { block, receipts } = blockOf(sketches)
  const change = <T>(list: readonly T[], by?: object) =>
    list.map((each, index) => (index === 1 ? { ...each, ...by } : each))
  const traces = sketches.map((sketch, i) =>
    i === 1 && served.trace !== undefined
      ? served.trace
      : { txHash: hash(i), result: callTrace(sketch, i === 0 ? [] : calls) },
  )
  const node = await startFakeNode({
    ...healthyNode(sketches),
    eth_getBlockByNumber: () => ({ ...block, transactions: change(block.transactions, served.tx) }),
    eth_getBlockReceipts: () => change(receipts, served.receipt),
    debug_traceBlockByHash: () => traces,
  })
  const source = createEvmSource({ url: node.url, chainId: 1, tokens: [], verify: 'off', traceRetryMs: 0 })
  onTestFinished(() => source.close())
  const { db, context } = screeningLedger()
  await addOwnAddresses(db, [{ key: evmKey(own), address: own, ...hot }], at)
  rescreenAll(db)
  context.index.refresh()
  commit(db, screenBlocks([await source.block(7)], chain.id, context.index))
  const terms = { lists: null, doubt: null, at }
  const { status } = creditStatus(db, { chain: chain.id, txHash: asked, key: evmKey(own) }, terms)
  const open = all<{ what: string; of: string | null }>(
    db,
    `select what, tx_hash as "of" from unscreened where closed_at is null order by what`,
  )
  return { status, open: open.map(({ what, of }) => `${what} ${of === null ? 'block' : of === hash(1)}`) }
}

const nothing: string[] = []
it.each<[string, Outsider, string[]]>([
  ['nothing', { sends: [] }, nothing],
  ['dust', { sends: many(50, (i) => ({ to: own, value: `0x${i % 2}` })) }, nothing],
  ['dust of a listed address', { sends: [{ from: listed, to: own, value: '0x1' }] }, nothing],
  ['spam of tokens', { sends: [{ to: token, logs: many(3_000, () => paysOwn) }] }, nothing],
  [
    'undecoded logs, of more addresses than are stored',
    {
      sends: [
        { logs: [log(token, [unknown, topic(own)], words(...many(9_000, (i) => address(9_000 + i))))] },
      ],
    },
    ['undecoded-logs true'],
  ],
  [
    'a frame without a receiver',
    { sends: [{}], served: { trace: called([{ type: 'CALL', from: own, value: '0x1', input: '0x' }]) } },
    ['traces true'],
  ],
  [
    'calls that are no list',
    { sends: [{}], served: { trace: { txHash: hash(1), result: { calls: 7 } } } },
    ['traces true'],
  ],
  [
    'a trace that fails',
    { sends: [{}], served: { trace: { txHash: hash(1), error: 'timeout' } } },
    ['traces true'],
  ],
  [
    'a self-destruct reported twice',
    { sends: [{}], calls: many(2, () => ({ type: 'SELFDESTRUCT', to: own, value: 1 })) },
    ['traces true'],
  ],
  ['logs that are no list', { sends: [{}], served: { receipt: { logs: 7 } } }, ['logs true']],
  ['a log that can’t be read', { sends: [{}], served: { receipt: { logs: [0] } } }, ['logs true']],
  [
    'a value that can’t be read',
    { sends: [{ to: own }], served: { tx: { value: 'much' } } },
    ['transaction true'],
  ],
])('%s in the block of a deposit leaves it clear', async (_, outside, open) => {
  expect(await statusBeside(outside)).toEqual({ status: 'clear', open })
})

it('his own transaction is judged by itself', async () => {
  const dust = { sends: [{ from: listed, to: own, value: '0x1' }] }
  expect((await statusBeside(dust, hash(1))).status).toBe('alerted')
  const odd = { sends: [{ to: own, value: '0x1' }], served: { receipt: { logs: 7 } } }
  expect((await statusBeside(odd, hash(1))).status).toBe('unscreened')
})

it('a type of transaction that is not known is a gap of its whole block, as docs/api.md says', async () => {
  const outside = { sends: [{ type: '0x71' }] }
  expect(await statusBeside(outside)).toEqual({ status: 'unscreened', open: ['transaction-type block'] })
})
