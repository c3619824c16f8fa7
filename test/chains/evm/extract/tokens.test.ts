import { keccak256, toHex } from 'viem'
import { describe, expect, it } from 'vitest'
import { evmKey } from '../../../../src/address/key.ts'
import * as topics from '../../../../src/chains/evm/extract/event-words.ts'
import type { KnownToken, RpcLog } from '../../../../src/chains/evm/types.ts'
import { address, extractFrom, log, topic, transfersOf, words } from '../build.ts'
import { ownOf } from '../own.ts'

const own = address(1)
const stranger = address(2)
const usdx = address(3)
const weth = address(4)
const junk = address(5)
const operator = address(6)
const known: KnownToken[] = [
  { address: usdx.toUpperCase().replace('X', 'x') as `0x${string}`, symbol: 'USDX', decimals: 6 },
  { address: weth, symbol: 'WETH', wrapped: true },
]
const { transferTopic, transferSingleTopic, transferBatchTopic } = topics
const found = (...logs: RpcLog[]) => transfersOf(extractFrom([{ logs }], ownOf(own), known))
const transfer = (token: string, from: string, to: string, data: string) =>
  log(token, [transferTopic, topic(from), topic(to)], data)

describe('event topics', () => {
  it.each([
    ['Transfer(address,address,uint256)', transferTopic],
    ['TransferSingle(address,address,address,uint256,uint256)', transferSingleTopic],
    ['TransferBatch(address,address,address,uint256[],uint256[])', transferBatchTopic],
    ['Deposit(address,uint256)', topics.wrapTopic],
    ['Withdrawal(address,uint256)', topics.unwrapTopic],
    ['Transfer(address,address,uint256,bytes)', topics.transferWithDataTopic],
    ['Transfer(address,address,address,uint256,uint256)', topics.transferOfIdTopic],
    ['ConsecutiveTransfer(uint256,uint256,address,address)', topics.consecutiveTopic],
    ['Sent(address,address,address,uint256,bytes,bytes)', topics.sentTopic],
    ['Minted(address,address,uint256,bytes,bytes)', topics.mintedTopic],
    ['Burned(address,address,uint256,bytes,bytes)', topics.burnedTopic],
    ['Deposit(address,address,uint256,uint256)', topics.vaultDepositTopic],
    ['Withdraw(address,address,address,uint256,uint256)', topics.vaultWithdrawTopic],
    ['LogTransfer(address,address,address,uint256,uint256,uint256,uint256,uint256)', topics.logTransferTopic],
  ])('%s is the hash of its signature', (signature, value) => {
    expect(value).toBe(keccak256(toHex(signature)))
  })
})

describe('ERC-20', () => {
  it('names a known token, whatever the case it is configured in', () => {
    expect(found(transfer(usdx, stranger, own, words(5)))).toMatchObject([
      { id: 'log:0', direction: 'deposit', asset: `erc20:${usdx}`, symbol: 'USDX', amount: 5n, tags: [] },
    ])
  })

  it('of an unknown contract is kept and tagged', () => {
    expect(found(transfer(junk, own, stranger, words(5)))).toMatchObject([
      { direction: 'withdrawal', symbol: null, amount: 5n, tags: ['unknown-asset'] },
    ])
  })

  it('of nothing is kept and tagged', () => {
    expect(found(transfer(usdx, own, stranger, words(0)))).toMatchObject([{ tags: ['zero-value'] }])
  })

  it('is numbered by its position in the receipt', () => {
    const noise = log(junk, [topic(address(9))])
    expect(found(noise, noise, transfer(usdx, stranger, own, words(5)))).toMatchObject([{ id: 'log:2' }])
  })

  it('between own addresses is internal', () => {
    expect(found(transfer(usdx, own, own, words(5)))).toEqual([])
  })

  it('minted comes from the zero address, a party like any other', () => {
    const zero = `0x${'0'.repeat(40)}`
    const [mint] = found(transfer(usdx, zero, own, words(5)))
    expect(mint?.parties[0]).toEqual({ key: evmKey(zero), role: 'source' })
  })

  it.each(['0x', '0x01', `${words(5)}00`, `0x${'zz'.repeat(32)}`])(
    'whose data is %s is kept as zero of an unknown asset',
    (data) => {
      expect(found(transfer(usdx, stranger, own, data))).toMatchObject([
        { amount: 0n, tags: ['zero-value', 'unknown-asset'] },
      ])
    },
  )

  it('with nothing indexed is read from its data', () => {
    const data = words(stranger, own, 8)
    expect(found(log(junk, [transferTopic], data))).toMatchObject([
      {
        direction: 'deposit',
        asset: `erc20:${junk}`,
        amount: 8n,
        parties: [{ key: evmKey(stranger) }, {}, {}],
      },
    ])
    expect(found(log(junk, [transferTopic], `${data}${words(7).slice(2)}`))).toMatchObject([
      { direction: 'deposit', amount: 8n },
    ])
  })

  it('is read from its first words, where whole words follow them', () => {
    expect(found(transfer(usdx, stranger, own, words(5, 9)))).toMatchObject([{ amount: 5n, tags: [] }])
  })

  it('with only its sender indexed is read from both', () => {
    expect(found(log(junk, [transferTopic, topic(stranger)], words(own, 8)))).toMatchObject([
      { direction: 'deposit', asset: `erc20:${junk}`, amount: 8n, tags: ['unknown-asset'] },
    ])
    expect(found(log(junk, [transferTopic, topic(own)], words(stranger, 8)))).toMatchObject([
      { direction: 'withdrawal', amount: 8n, parties: [{ key: evmKey(stranger) }, {}, {}] },
    ])
  })

  it.each([
    ['an amount that may be an address', [transferTopic, topic(stranger)], words(own, 2n ** 159n)],
    ['too little data', [transferTopic, topic(own)], words(stranger)],
    ['nothing indexed, and too little data', [transferTopic], words(stranger, own)],
  ])('with %s can not be told, and is undecoded', (_, topics, data) => {
    expect(found(log(junk, topics, data))).toMatchObject([{ amount: null, tags: ['undecoded'] }])
  })

  it('as EIP-7708 writes it for native value is native, and no token', () => {
    expect(found(transfer(topics.nativeLogAddress, stranger, own, words(5)))).toMatchObject([
      { id: 'log:0', asset: 'native', symbol: 'ETH', amount: 5n, tags: [] },
    ])
  })
})

describe('ERC-721', () => {
  it('moves one of its id', () => {
    const id = 2n ** 255n + 1n
    expect(found(log(junk, [transferTopic, topic(stranger), topic(own), words(id)]))).toMatchObject([
      { asset: `erc721:${junk}:${id}`, amount: 1n, tags: ['unknown-asset'] },
    ])
  })

  it('with only its id indexed is read from both', () => {
    expect(found(log(junk, [transferTopic, words(4)], words(stranger, own)))).toMatchObject([
      { direction: 'deposit', asset: `erc721:${junk}:4`, amount: 1n, parties: [{ role: 'source' }, {}, {}] },
    ])
  })

  it('moves many at once where ids follow on each other (ERC-2309)', () => {
    const many = (last: number) =>
      found(log(junk, [topics.consecutiveTopic, words(5), topic(stranger), topic(own)], words(last)))
    expect(many(9)).toMatchObject([{ asset: `erc721:${junk}`, amount: 5n, tags: ['unknown-asset'] }])
    expect(many(4)).toMatchObject([{ amount: 0n, tags: ['zero-value', 'unknown-asset'] }])
  })
})

describe('ERC-1155', () => {
  const single = (data: string) =>
    found(log(junk, [transferSingleTopic, topic(operator), topic(stranger), topic(own)], data))
  const batch = (data: string) =>
    found(log(junk, [transferBatchTopic, topic(operator), topic(stranger), topic(own)], data))

  it('single: the first topic is the operator, not the sender', () => {
    const [transfer] = single(words(9, 300))
    expect(transfer).toMatchObject({ id: 'log:0', asset: `erc1155:${junk}:9`, amount: 300n })
    expect(transfer?.parties.slice(0, 2)).toEqual([
      { key: evmKey(stranger), role: 'source' },
      { key: evmKey(operator), role: 'operator' },
    ])
  })

  it('batch: one transfer for each id, zero ones included', () => {
    expect(batch(words(64, 160, 2, 7, 8, 2, 50, 0))).toMatchObject([
      { id: 'log:0:0', asset: `erc1155:${junk}:7`, amount: 50n, tags: ['unknown-asset'] },
      { id: 'log:0:1', asset: `erc1155:${junk}:8`, amount: 0n, tags: ['zero-value', 'unknown-asset'] },
    ])
  })

  it('batch of none moves nothing', () => {
    expect(batch(words(64, 96, 0, 0))).toEqual([])
  })

  const huge = 2n ** 256n - 1n
  it.each([
    ['empty data', '0x'],
    ['offsets beyond the data', words(huge, huge)],
    ['a length beyond the data', words(64, 96, huge, 0)],
    ['a length one too long', words(64, 128, 1, 7, 2, 50)],
    ['arrays of different length', words(64, 128, 1, 7, 0)],
    ['half a byte', `${words(64, 96, 0, 0)}0`],
  ])('batch with %s is kept as one zero of an unknown asset', (_, data) => {
    expect(batch(data)).toMatchObject([
      { id: 'log:0', asset: `erc1155:${junk}`, amount: 0n, tags: ['zero-value', 'unknown-asset'] },
    ])
  })

  it('single with malformed data is kept the same way', () => {
    expect(single(words(9))).toMatchObject([{ asset: `erc1155:${junk}`, amount: 0n }])
  })

  it('with too few topics is undecoded', () => {
    expect(found(log(junk, [transferSingleTopic, topic(own), topic(stranger)], words(9, 1)))).toMatchObject([
      { amount: null, tags: ['undecoded'] },
    ])
  })
})

describe('an own address behind other bytes than zeros', () => {
  const dirty = (of: string) => `0x${'f'.repeat(24)}${of.slice(2)}`
  const first = dirty(own).slice(2)
  const amount = words(5).slice(2)

  it.each([
    ['as the receiver', log(junk, [transferTopic, topic(stranger), dirty(own)], words(5))],
    [
      'in the data of an early token',
      log(junk, [transferTopic], `0x${topic(stranger).slice(2)}${first}${amount}`),
    ],
    [
      'in an ERC-1155',
      log(junk, [transferSingleTopic, topic(operator), topic(stranger), dirty(own)], words(9, 5)),
    ],
    ['beside a sender like it', log(junk, [transferTopic, dirty(stranger), dirty(own)], words(5))],
  ])('is read %s as the decoder reads it', (_, logged) => {
    const [transfer] = found(logged)
    expect(transfer).toMatchObject({ direction: 'deposit', own: evmKey(own), amount: 5n })
    expect(transfer?.parties[0]).toEqual({ key: evmKey(stranger), role: 'source' })
  })

  it('is read of the coin where it is wrapped', () => {
    expect(found(log(weth, [topics.wrapTopic, dirty(own)], words(5)))).toMatchObject([
      { direction: 'deposit', own: evmKey(own), amount: 5n },
    ])
  })

  it('of a known event in a shape that no decoder knows is undecoded, with everybody it may name', () => {
    const [transfer] = found(
      log(junk, [transferTopic, topic(stranger)], `0x${first}${dirty(operator).slice(2)}`),
    )
    expect(transfer).toMatchObject({ own: evmKey(own), amount: null, tags: ['undecoded'] })
    expect(transfer?.parties.filter(({ role }) => role === 'named').map(({ key }) => key)).toEqual(
      [stranger, operator].map(evmKey),
    )
  })

  it('is a number in an event that nobody knows', () => {
    expect(found(log(junk, [`0x${'7'.repeat(64)}`, dirty(own)], `0x${first}`))).toEqual([])
  })
})

describe('ERC-6909', () => {
  it('names its id and its caller', () => {
    const data = words(operator, 300)
    const [transfer] = found(
      log(junk, [topics.transferOfIdTopic, topic(stranger), topic(own), words(9)], data),
    )
    expect(transfer).toMatchObject({ id: 'log:0', asset: `erc6909:${junk}:9`, amount: 300n })
    expect(transfer?.parties.slice(0, 2)).toEqual([
      { key: evmKey(stranger), role: 'source' },
      { key: evmKey(operator), role: 'operator' },
    ])
  })

  it('with data that is no hex names no caller, and is kept as zero of an unknown asset', () => {
    const data = `0x${'zz'.repeat(32)}${words(300).slice(2)}`
    const [transfer] = found(
      log(junk, [topics.transferOfIdTopic, topic(stranger), topic(own), words(9)], data),
    )
    expect(transfer).toMatchObject({ amount: 0n, tags: ['zero-value', 'unknown-asset'] })
    expect(transfer?.parties.map(({ key }) => key)).toEqual([stranger, address(0xf1), junk].map(evmKey))
  })
})

describe('wrapped coins', () => {
  it('wrapped by an own address are a deposit, unwrapped a withdrawal, without a counterparty', () => {
    const wrap = log(weth, [topics.wrapTopic, topic(own)], words(5))
    const unwrap = log(weth, [topics.unwrapTopic, topic(own)], words(6))
    const parties = [{ key: evmKey(weth), role: 'asset' }]
    expect(found(wrap, unwrap)).toMatchObject([
      { id: 'log:0', direction: 'deposit', asset: `erc20:${weth}`, symbol: 'WETH', amount: 5n, parties },
      { id: 'log:1', direction: 'withdrawal', asset: `erc20:${weth}`, amount: 6n, parties },
    ])
  })

  it('count of any contract, as an unknown asset where the config does not name it', () => {
    expect(found(log(usdx, [topics.wrapTopic, topic(own)], words(5)))).toMatchObject([
      { direction: 'deposit', symbol: 'USDX', amount: 5n, tags: [] },
    ])
    expect(found(log(junk, [topics.unwrapTopic, topic(own)], words(5)))).toMatchObject([
      { direction: 'withdrawal', symbol: null, amount: 5n, tags: ['unknown-asset'] },
    ])
  })
})
