import { describe, expect, it } from 'vitest'
import { screen } from '../../src/screening/screen.ts'
import { type Finding, type Role, roles, type ScreenableTx } from '../../src/screening/types.ts'
import { entry, evm, foreign, listed, noon, own, party, transfer, tx, watchlist } from './builders.ts'

const time = noon('2024-01-01')

/** The findings with one listed address, as `transfer role level`. */
function found(screened: ScreenableTx, lists = watchlist(entry(listed))): string[] {
  return screen(screened, time, lists).map(({ transfer, role, level }) => `${transfer} ${role} ${level}`)
}

describe('parties of a transfer', () => {
  it('raise nothing while nobody lists them', () => {
    expect(found(tx())).toEqual([])
  })

  it.each<[Role, string]>([
    ['source', 'high'],
    ['destination', 'high'],
    ['initiator', 'medium'],
    ['operator', 'medium'],
    ['intermediary', 'medium'],
    ['upstream', 'medium'],
    ['onward', 'medium'],
    ['asset', 'medium'],
  ])('alert as %s with level %s', (role, level) => {
    expect(found(tx({ transfers: [transfer({ parties: [party(listed, role)] })] }))).toEqual([
      `value ${role} ${level}`,
    ])
  })

  it('report the whole transfer', () => {
    const [finding] = screen(
      tx({
        transfers: [
          transfer({
            id: 'log:2',
            direction: 'withdrawal',
            asset: `erc20:0x${'d'.repeat(40)}`,
            symbol: 'USDT',
            amount: 1234n,
            parties: [party(listed, 'destination')],
          }),
        ],
      }),
      time,
      watchlist(entry(listed)),
    )
    expect(finding).toEqual({
      txHash: `0x${'c'.repeat(64)}`,
      direction: 'withdrawal',
      transfer: 'log:2',
      asset: `erc20:0x${'d'.repeat(40)}`,
      symbol: 'USDT',
      amount: 1234n,
      own,
      party: listed,
      role: 'destination',
      match: 'exact',
      entry: entry(listed),
      level: 'high',
      tags: [],
      listedAtTransfer: 'yes',
      transferCount: 1,
    })
  })

  it('alert once in their most direct role, whichever of two comes first', () => {
    for (const [index, direct] of roles.entries()) {
      for (const lesser of roles.slice(index + 1)) {
        const bystander = [direct, lesser].some((role) => role.startsWith('co-'))
        if (bystander) continue
        for (const order of [
          [direct, lesser],
          [lesser, direct],
        ]) {
          const parties = order.map((role) => party(listed, role))
          expect(found(tx({ transfers: [transfer({ parties })] })).map((text) => text.split(' ')[1])).toEqual(
            [direct],
          )
        }
      }
    }
  })

  it('alert for each transfer they take part in', () => {
    const two = ['log:0', 'log:1'].map((id) => transfer({ id, parties: [party(listed, 'source')] }))
    expect(found(tx({ transfers: two }))).toEqual(['log:0 source high', 'log:1 source high'])
  })

  it('alert once for each entry, with several lists', () => {
    const lists = watchlist(entry(listed), entry(listed, { listId: 'house' }), entry(evm('f')))
    const findings = screen(
      tx({ transfers: [transfer({ parties: [party(listed, 'source')] })] }),
      time,
      lists,
    )
    expect(findings.map(({ entry }) => entry.listId)).toEqual(['ofac-sdn', 'house'])
  })

  it('raise nothing for a removed entry, save for a transfer at the time', () => {
    const removed = watchlist(entry(listed, { intervals: [{ from: '2020-01-01', to: '2022-01-01' }] }))
    const deposit = tx({ transfers: [transfer({ parties: [party(listed, 'source')] })] })
    expect(screen(deposit, noon('2021-12-31'), removed)).toMatchObject([{ listedAtTransfer: 'yes' }])
    expect(screen(deposit, noon('2022-01-01'), removed)).toEqual([])
  })

  it('alert with `no` for a transfer before the listing, while the entry is in force', () => {
    const deposit = tx({ transfers: [transfer({ parties: [party(listed, 'source')] })] })
    expect(screen(deposit, noon('2019-12-31'), watchlist(entry(listed)))).toMatchObject([
      { listedAtTransfer: 'no' },
    ])
  })
})

describe('parties of the whole transaction', () => {
  const both = [
    transfer({ id: 'log:0', direction: 'deposit' }),
    transfer({ id: 'log:1', direction: 'withdrawal', parties: [party(foreign, 'destination')] }),
  ]

  it('meet every transfer', () => {
    expect(found(tx({ transfers: both, parties: [party(listed, 'initiator')] }))).toEqual([
      'log:0 initiator medium',
      'log:1 initiator medium',
    ])
  })

  it('meet only transfers of their direction, where they have one', () => {
    const screened = tx({
      transfers: both,
      parties: [{ ...party(listed, 'initiator'), direction: 'withdrawal' }],
    })
    expect(found(screened)).toEqual(['log:1 initiator medium'])
  })

  it('alert as a party of the transfer where that is closer', () => {
    const screened = tx({
      transfers: [transfer({ parties: [party(listed, 'source')] })],
      parties: [party(listed, 'initiator')],
    })
    expect(found(screened)).toEqual(['value source high'])
  })
})

describe('co-recipients and co-inputs', () => {
  const outputs = [
    transfer({ id: 'vout:0', asset: 'native', symbol: 'BTC', amount: 30_000n, parties: [] }),
    transfer({ id: 'vout:2', asset: 'native', symbol: 'BTC', amount: 70_000n, own: evm('e'), parties: [] }),
  ]

  it('alert once per transaction, with the sum of its transfers and the side of the largest', () => {
    const screened = tx({
      transfers: outputs,
      parties: [party(foreign, 'source'), party(listed, 'co-recipient')],
    })
    expect(screen(screened, time, watchlist(entry(listed)))).toMatchObject([
      {
        transfer: 'tx',
        role: 'co-recipient',
        level: 'low',
        direction: 'deposit',
        amount: 100_000n,
        own: evm('e'),
        symbol: 'BTC',
        transferCount: 1,
      },
    ])
  })

  it('are no second finding where the party alerts closer', () => {
    const screened = tx({
      transfers: outputs,
      parties: [party(listed, 'source'), party(listed, 'co-recipient')],
    })
    expect(found(screened)).toEqual(['vout:0 source high', 'vout:2 source high'])
  })

  it('alert although another party alerts closer', () => {
    const screened = tx({
      transfers: outputs,
      parties: [party(evm('f'), 'source'), party(listed, 'co-recipient')],
    })
    expect(found(screened, watchlist(entry(listed), entry(evm('f'))))).toEqual([
      'vout:0 source high',
      'vout:2 source high',
      'tx co-recipient low',
    ])
  })

  it('of a withdrawal count its outputs, and are medium', () => {
    const screened = tx({
      transfers: [
        transfer({
          id: 'vout:0',
          direction: 'withdrawal',
          amount: 10n,
          parties: [party(foreign, 'destination')],
        }),
        transfer({
          id: 'vout:1',
          direction: 'withdrawal',
          amount: 20n,
          parties: [party(foreign, 'destination')],
        }),
      ],
      parties: [party(listed, 'co-input')],
      ownSigned: true,
    })
    expect(screen(screened, time, watchlist(entry(listed)))).toMatchObject([
      { transfer: 'tx', role: 'co-input', level: 'medium', direction: 'withdrawal', amount: 30n },
    ])
  })

  it('with a direction count only transfers of that direction, and are silent where there is none', () => {
    const parties = [{ ...party(listed, 'co-input'), direction: 'withdrawal' as const }]
    const mixed = [
      transfer({ id: 'net', direction: 'deposit', amount: 7n, parties: [] }),
      transfer({ id: 'vout:1', direction: 'withdrawal', amount: 20n, parties: [] }),
    ]
    expect(screen(tx({ transfers: mixed, parties }), time, watchlist(entry(listed)))).toMatchObject([
      { direction: 'withdrawal', amount: 20n },
    ])
    expect(found(tx({ transfers: outputs, parties }))).toEqual([])
  })

  it('carry a tag only where every transfer has it', () => {
    const dusty = (amount: bigint, tagged: boolean) =>
      transfer({ id: `vout:${amount}`, amount, parties: [], tags: tagged ? ['dust'] : [] })
    const parties = [party(listed, 'co-input')]
    expect(found(tx({ transfers: [dusty(1n, true), dusty(2n, true)], parties }))).toEqual(['tx co-input low'])
    expect(found(tx({ transfers: [dusty(1n, true), dusty(2000n, false)], parties }))).toEqual([
      'tx co-input medium',
    ])
  })

  it('alert once for each list', () => {
    const lists = watchlist(entry(listed), entry(listed, { listId: 'house' }))
    const screened = tx({ transfers: outputs, parties: [party(listed, 'co-recipient')] })
    expect(screen(screened, time, lists).map(({ entry, transfer }) => `${entry.listId} ${transfer}`)).toEqual(
      ['ofac-sdn tx', 'house tx'],
    )
  })
})

describe('transfers of unknown assets', () => {
  const unknown = (id: string, fields: Parameters<typeof transfer>[0] = {}) =>
    transfer({ id, tags: ['unknown-asset'], parties: [party(listed, 'source')], ...fields })
  const counts = (findings: Finding[]) =>
    findings.map(
      ({ transfer, role, level, transferCount }) => `${transfer} ${role} ${level} ×${transferCount}`,
    )

  it('make one alert for an own address, party and entry, with a count', () => {
    const transfers = Array.from({ length: 1000 }, (_, index) => unknown(`log:${index}`))
    expect(counts(screen(tx({ transfers }), time, watchlist(entry(listed))))).toEqual([
      'log:0 source low ×1000',
    ])
  })

  it('are counted apart for another own address, another party and another entry', () => {
    const transfers = [
      unknown('log:0'),
      unknown('log:1', { own: evm('e') }),
      unknown('log:2', { parties: [party(evm('f'), 'source')] }),
      unknown('log:3'),
    ]
    const lists = watchlist(entry(listed), entry(evm('f')), entry(evm('f'), { listId: 'house' }))
    expect(counts(screen(tx({ transfers }), time, lists))).toEqual([
      'log:0 source low ×2',
      'log:1 source low ×1',
      'log:2 source low ×1',
      'log:2 source low ×1',
    ])
  })

  it('stand behind the one in the most direct role', () => {
    const transfers = [
      unknown('log:0', { parties: [party(listed, 'onward')] }),
      unknown('log:1', { parties: [party(listed, 'destination')] }),
    ]
    expect(counts(screen(tx({ transfers }), time, watchlist(entry(listed))))).toEqual([
      'log:1 destination low ×2',
    ])
  })

  it('that we signed are not hidden behind a zero in front', () => {
    const transfers = [
      unknown('log:0', { amount: 0n, tags: ['unknown-asset', 'zero-value'] }),
      unknown('log:1', { parties: [party(listed, 'source')] }),
    ]
    expect(counts(screen(tx({ transfers, ownSigned: true }), time, watchlist(entry(listed))))).toEqual([
      'log:1 source high ×2',
    ])
  })

  it('are not merged with those of known assets', () => {
    const transfers = [unknown('log:0'), unknown('log:1', { tags: [] }), unknown('log:2', { tags: [] })]
    expect(counts(screen(tx({ transfers }), time, watchlist(entry(listed))))).toEqual([
      'log:0 source low ×1',
      'log:1 source high ×1',
      'log:2 source high ×1',
    ])
  })
})

describe('a token that is itself listed', () => {
  const token = (id: string, fields: Parameters<typeof transfer>[0] = {}) =>
    transfer({ id, tags: ['unknown-asset'], parties: [party(listed, 'asset')], ...fields })
  const found = (ownSigned: boolean, ...transfers: ReturnType<typeof token>[]) =>
    screen(tx({ transfers, ownSigned }), time, watchlist(entry(listed))).map(
      ({ transfer: id, level, tags, transferCount }) => [id, level, [...tags], transferCount],
    )

  it('is no unknown asset, and makes one alert all the same', () => {
    expect(found(false, token('log:0'), token('log:1'))).toEqual([['log:0', 'medium', [], 2]])
    expect(found(false, token('log:0', { tags: [] }))).toEqual([['log:0', 'medium', [], 1]])
  })

  it('keeps the id that it had, and is lowered only where every transfer moves nothing', () => {
    const nothing = token('log:0', { amount: 0n, tags: ['zero-value', 'unknown-asset'] })
    expect(found(false, nothing, token('log:1'))).toEqual([['log:0', 'medium', [], 2]])
    expect(found(false, nothing)).toEqual([['log:0', 'low', ['zero-value'], 1]])
    expect(found(true, nothing, token('log:1'))).toEqual([['log:1', 'medium', [], 2]])
  })
})

describe('undecoded logs', () => {
  const undecoded = (id: string, fields: Parameters<typeof transfer>[0] = {}) =>
    transfer({
      ...{ id, amount: null, symbol: null, asset: 'unknown:0x5', tags: ['undecoded'] },
      ...{ parties: [party(listed, 'named')], logs: 1, ...fields },
    })
  const found = (fields: Parameters<typeof tx>[0]) =>
    screen(tx(fields), time, watchlist(entry(listed))).map(
      ({ transfer: id, role, level, amount, transferCount }) =>
        `${id} ${role} ${level} ${amount} ×${transferCount}`,
    )

  it('alert low; medium where an own address signed, or the config names the contract', () => {
    expect(found({ transfers: [undecoded('log:0')] })).toEqual(['log:0 named low null ×1'])
    expect(found({ transfers: [undecoded('log:0')], ownSigned: true })).toEqual([
      'log:0 named medium null ×1',
    ])
    expect(found({ transfers: [undecoded('log:0', { symbol: 'T' })] })).toEqual([
      'log:0 named medium null ×1',
    ])
  })

  it('alert for the contract that wrote them, the signer and the calls on the way, in their own roles', () => {
    const parties = [party(listed, 'asset')]
    expect(found({ transfers: [undecoded('log:0', { parties })] })).toEqual(['log:0 asset medium null ×1'])
    const signed = [party(listed, 'initiator')]
    expect(found({ transfers: [undecoded('log:0')], parties: signed })).toEqual([
      'log:0 initiator low null ×1',
    ])
  })

  it('make one alert for an own address, party and entry, named after the first, with a count', () => {
    const transfers = [
      undecoded('log:0', { logs: 3 }),
      undecoded('log:4', { symbol: 'T', parties: [party(listed, 'intermediary')] }),
      undecoded('log:5', { own: evm('e') }),
    ]
    expect(found({ transfers })).toEqual(['log:0 intermediary medium null ×4', 'log:5 named low null ×1'])
  })

  it('make none where a decoded transfer tells of the same party at no lower level', () => {
    const decoded = transfer({ id: 'log:1', parties: [party(listed, 'source')] })
    expect(found({ transfers: [undecoded('log:0'), decoded] })).toEqual(['log:1 source high 5 ×1'])
    const nothing = transfer({ id: 'log:1', tags: ['zero-value'], parties: [party(listed, 'source')] })
    expect(found({ transfers: [undecoded('log:0', { symbol: 'T' }), nothing] })).toEqual([
      'log:0 named medium null ×1',
      'log:1 source low 5 ×1',
    ])
    const another = transfer({ id: 'log:1', own: evm('e'), parties: [party(listed, 'source')] })
    expect(found({ transfers: [undecoded('log:0'), another] })).toHaveLength(2)
  })

  it('have parties of the whole transaction that are named, which other transfers have not', () => {
    const transfers = [transfer({ id: 'value' }), undecoded('log:0', { parties: [] })]
    expect(found({ transfers, parties: [party(listed, 'named')] })).toEqual(['log:0 named low null ×1'])
  })
})
