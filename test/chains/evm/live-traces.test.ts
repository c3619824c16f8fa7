import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createEvmSource } from '../../../src/chains/evm/source.ts'
import { extract } from '../../../src/chains/extract.ts'
import type { ScreenableTx } from '../../../src/screening/types.ts'
import { type Anvil, type AnvilReceipt, startAnvil } from '../../anvil.ts'
import { address } from './build.ts'
import * as contract from './contracts.ts'
import { through, wordsOf } from './contracts.ts'
import { type Handler, rpcError, startFakeNode } from './fake-node.ts'
import { ownOf } from './own.ts'
import { emitCall, emitterInitCode } from './token.ts'

const own = address(0x01)
const stranger = address(0x02)
const another = address(0x03)
const ether = 10n ** 18n

const methods = [
  ...['eth_chainId', 'eth_syncing', 'web3_clientVersion', 'eth_getBlockByNumber', 'eth_getBlockByHash'],
  ...['eth_getBlockReceipts', 'debug_traceBlockByHash', 'trace_block'],
]

describe('value inside transactions of a live anvil', () => {
  let anvil: Anvil
  let user: string
  const at = {} as Record<keyof typeof codes, `0x${string}`>
  const codes = { ...pick(), token: emitterInitCode }

  function pick() {
    const { through: _, wordsOf: __, ...codes } = contract
    return codes
  }

  async function send(tx: Record<string, string>): Promise<AnvilReceipt> {
    const sent = { from: user, gas: '0x7a120', ...tx }
    return anvil.receipt(await anvil.rpc<string>('eth_sendTransaction', sent))
  }

  const pays = (to: string, data: string, value = 0n) => send({ to, data, value: `0x${value.toString(16)}` })

  /** What a source finds in a block, through whatever traces this anvil is left with. */
  async function readWith(without: string | null, height: number, mine: readonly string[]) {
    const forward =
      (method: string): Handler =>
      (params) =>
        anvil.rpc(method, ...params)
    const handlers = Object.fromEntries(methods.map((method) => [method, forward(method)]))
    if (without !== null) handlers[without] = rpcError(-32601, 'Method not found')
    const node = await startFakeNode(handlers)
    const source = createEvmSource({ url: node.url, chainId: 31337, tokens: [], traces: 'required' })
    onTestFinished(() => source.close())
    return { info: await source.open(), block: await source.block(height), own: ownOf(...mine) }
  }

  /** What the transaction of a block moved, by the callTracer; `trace_block` must say the same of native value. */
  async function found({ blockNumber, status }: AnvilReceipt, ...mine: string[]) {
    const height = Number(blockNumber)
    const nested = await readWith(null, height, mine)
    const flat = await readWith('debug_traceBlockByHash', height, mine)
    expect(nested.info.reads).toMatch(/callTracer/)
    expect(flat.info.reads).toMatch(/trace_block/)
    const { transactions: txs, unscreened } = extract(nested.block, nested.own)
    const native = (all: readonly ScreenableTx[]) =>
      all.flatMap((tx) => tx.transfers.filter(({ asset }) => asset === 'native'))
    const other = extract(flat.block, flat.own)
    expect(native(other.transactions)).toEqual(native(txs))
    expect(other.unscreened).toEqual(unscreened)
    return {
      status,
      level: nested.block.level,
      transfers: txs.flatMap((tx) =>
        tx.transfers.map(({ id, direction, amount, tags, parties }) => [
          ...[id, direction, amount, ...tags.filter((tag) => tag === 'doubtful')],
          ...parties.map(({ role, key }) => `${role} ${nameOf(key)}`),
        ]),
      ),
      unscreened,
      whole: txs.flatMap((tx) => tx.parties.map(({ role, key }) => `${role} ${nameOf(key)}`)),
    }
  }

  /** The name of a contract or person of this test. */
  function nameOf(key: string): string {
    const names = Object.entries({ ...at, user, own, stranger, another })
    return names.find(([, address]) => key === `evm:${address.slice(2).toLowerCase()}`)?.[0] ?? key
  }

  beforeAll(async () => {
    anvil = await startAnvil()
    user = (await anvil.rpc<string[]>('eth_accounts'))[0] ?? ''
    for (const [name, data] of Object.entries(codes)) {
      const { contractAddress } = await send({ data })
      if (!contractAddress) throw new Error('not deployed')
      at[name as keyof typeof at] = contractAddress
    }
    await Promise.all(
      Object.values(at).map((address) =>
        anvil.rpc('anvil_setBalance', address, `0x${(10n * ether).toString(16)}`),
      ),
    )
  })

  afterAll(() => anvil?.stop())

  it('a contract that pays an own address', async () => {
    expect(await found(await pays(at.payer, wordsOf(own, 5)), own)).toEqual({
      ...{ status: '0x1', level: 'full', unscreened: [] },
      transfers: [['trace:0', 'deposit', 5n, 'source payer']],
      whole: ['initiator user'],
    })
  })

  it('a precompile on the way does not count in the path', async () => {
    const { transfers } = await found(await pays(at.askingPayer, wordsOf(own, 5)), own)
    expect(transfers).toEqual([['trace:0', 'deposit', 5n, 'source askingPayer']])
  })

  it('contracts on the way are named', async () => {
    const data = through(at.forwarder, through(at.payer, wordsOf(own, 5)))
    const { transfers } = await found(await pays(at.forwarder, data), own)
    expect(transfers).toEqual([['trace:0.0.0', 'deposit', 5n, 'source payer', 'intermediary forwarder']])
  })

  it('a payment that is reverted inside moves nothing, though the transaction succeeds', async () => {
    const data = through(at.regretter, wordsOf(own, 5))
    expect(await found(await pays(at.forwarder, data, 7n), own)).toMatchObject({
      status: '0x1',
      transfers: [],
    })
  })

  it('a payment of a transaction that is reverted moves nothing', async () => {
    expect(await found(await pays(at.regretter, wordsOf(own, 5)), own)).toMatchObject({
      ...{ status: '0x0', transfers: [] },
    })
  })

  it('a payment of more than there is moves nothing', async () => {
    const receipt = await pays(at.payer, wordsOf(own, 1000n * ether))
    expect(await found(receipt, own)).toMatchObject({ status: '0x1', transfers: [] })
  })

  it('a library pays from the contract that runs it, once', async () => {
    const data = through(at.payer, wordsOf(own, 5))
    expect((await found(await pays(at.delegator, data, 5n), own)).transfers).toEqual([
      ['trace:0.0', 'deposit', 5n, 'source delegator', 'intermediary payer', 'upstream user'],
    ])
  })

  it('CALLCODE moves nothing, whatever value it names', async () => {
    expect((await found(await pays(at.callcoder, wordsOf(at.payer, 5)), at.payer)).transfers).toEqual([])
  })

  it('a contract that pays out is followed to its receivers', async () => {
    const data = wordsOf(stranger, 5, another, 7)
    expect(await found(await pays(at.disperser, data, 12n), user)).toMatchObject({
      transfers: [['value', 'withdrawal', 12n, 'destination disperser', 'onward stranger', 'onward another']],
      whole: [],
    })
  })

  it('a created contract receives value', async () => {
    const { transfers } = await found(await pays(at.creator, '0x', 9n), at.creator)
    expect(transfers).toEqual([
      ['value', 'deposit', 9n, 'source user'],
      ['trace:0', 'withdrawal', 9n, expect.stringMatching(/^destination evm:/)],
    ])
  })

  it('an address destroys itself in favour of an own one', async () => {
    expect((await found(await pays(at.suicider, wordsOf(own)), own)).transfers).toEqual([
      ['trace:0', 'deposit', 10n * ether, 'source suicider'],
    ])
  })

  describe('a contract that destroys itself in its own favour', () => {
    it('moves nothing, and what else its transaction moves is read', async () => {
      expect(await found(await pays(at.narcissist, '0x'), own)).toEqual({
        ...{ status: '0x1', level: 'full', transfers: [], whole: [], unscreened: [] },
      })
      const data = through(at.narcissist, '0x')
      expect(await found(await pays(at.forwarder, data, 7n), at.narcissist)).toMatchObject({
        transfers: [['trace:0', 'deposit', 7n, 'source forwarder', 'upstream user']],
        unscreened: [],
      })
    })

    it('is paid once by who calls it with value', async () => {
      expect(await found(await pays(at.narcissist, '0x', 5n), user)).toMatchObject({
        transfers: [['value', 'withdrawal', 5n, 'destination narcissist']],
        unscreened: [],
      })
    })

    it('has a payment before it told again, which is kept in doubt, and said', async () => {
      const receipt = await pays(at.payingNarcissist, wordsOf(own, 5))
      expect(await found(receipt, own)).toMatchObject({
        transfers: [
          ['trace:0', 'deposit', 5n, 'source payingNarcissist'],
          ['trace:1', 'deposit', 5n, 'doubtful', 'source payingNarcissist'],
        ],
        unscreened: [{ what: 'traces', reason: expect.stringContaining('reported twice') }],
      })
      expect(await found(receipt, another)).toMatchObject({ transfers: [], unscreened: [] })
    })
  })

  it('who called the token on the way is its operator', async () => {
    const data = through(at.forwarder, through(at.token, emitCall(stranger, own, 5n)))
    expect((await found(await pays(at.payer, wordsOf(own, 1)), own)).transfers).toHaveLength(1)
    const { transfers } = await found(await pays(at.forwarder, data), own)
    expect(transfers).toEqual([
      ['log:0', 'deposit', 5n, 'source stranger', 'operator forwarder', 'asset token'],
    ])
  })
})
