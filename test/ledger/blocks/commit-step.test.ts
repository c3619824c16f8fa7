import { describe, expect, it } from 'vitest'
import { blockAt, pinChain, readChainState } from '../../../src/ledger/blocks/chain.ts'
import { commitHead, commitStep } from '../../../src/ledger/blocks/commit-step.ts'
import { rollBack } from '../../../src/ledger/blocks/roll-back.ts'
import { inTransaction } from '../../../src/ledger/database.ts'
import { putFreezeLists } from '../../../src/ledger/freezes/freeze-contracts.ts'
import { bumpRevision, type Revisions, readRevisions } from '../../../src/ledger/revisions.ts'
import { evm, foreign, listed, party, transfer, tx } from '../../screening/builders.ts'
import {
  at,
  chain,
  commit,
  dump,
  freshChain,
  freshLedger,
  listedDeposit,
  ref,
  screened,
  story,
} from '../fixtures.ts'

describe('a step', () => {
  it('moves block, movements, alerts, coverage and cursor together', () => {
    const db = freshChain()
    expect(commit(db, [screened(ref(7), [listedDeposit('0xt')]), screened(ref(8))])).toEqual({
      created: 1,
      reinstated: 0,
      known: 0,
    })
    const { alerts, alert_events, coverage, transfers, parties, blocks } = dump(db)
    expect([alerts, alert_events, coverage, transfers, parties, blocks].map((rows) => rows?.length)).toEqual([
      1, 1, 1, 1, 1, 2,
    ])
    expect(readChainState(db, chain.id).cursor).toEqual(ref(8))
    expect(story(db)).toEqual({ alerts: ['0xt pending a7'], events: ['0xt created'] })
  })

  it('may end after any block while others wait: the rest is another step, and leaves what one step leaves', () => {
    const deposits = Array.from({ length: 8 }, (_, index) =>
      screened(ref(6 + index), [listedDeposit(`0x${index}`)], {
        ...(index > 4 && { level: 'logs' }),
        ...(index % 3 === 0 && { unscreened: [{ what: 'traces', reason: 'none' }] }),
      }),
    )
    const state = (most: number, finalHeight: number | null) => {
      const db = freshChain()
      commit(db, [screened(ref(5))])
      const step = { revisions: readRevisions(db), head: { height: 13 }, finalHeight, at }
      for (let left = deposits; left.length > 0; ) {
        let open = most
        const did = commitStep(
          db,
          chain,
          { ...step, blocks: left, windowFrom: finalHeight ?? 0 },
          () => --open <= 0,
        )
        if (did === null) throw new Error('the revisions moved')
        left = left.slice(did.blocks)
        // What was written stands by itself: a crash here loses nothing.
        expect(readChainState(db, chain.id).cursor?.height).toBe((left[0]?.height ?? 14) - 1)
      }
      // The order in which alerts became final is by the step.
      const { alert_events: events = [], ...tables } = dump(db)
      return {
        ...tables,
        events: events.map((event) => JSON.stringify({ ...(event as object), seq: 0 })).sort(),
      }
    }
    for (const finalHeight of [null, 4, 8, 13]) {
      const whole = state(8, finalHeight)
      for (const most of [1, 2, 3, 7]) expect(state(most, finalHeight)).toEqual(whole)
    }
  })

  it('that ends early keeps every block in the hash window that is not final yet', () => {
    const db = freshChain()
    const blocks = [7, 8, 9, 10].map((height) => screened(ref(height)))
    const inWindow = () => dump(db).blocks?.map((row) => (row as { hash: string }).hash)
    const step = {
      blocks,
      revisions: readRevisions(db),
      head: { height: 12 },
      finalHeight: 9,
      windowFrom: 9,
      at,
    }
    let open = 2
    expect(commitStep(db, chain, step, () => --open <= 0)).toMatchObject({ blocks: 2 })
    expect([readChainState(db, chain.id).finalHeight, inWindow()]).toEqual([null, ['a7', 'a8']])
    // A crash here, and a reorg after it: the fork is found, and what it shares stays.
    expect(blockAt(db, chain.id, 7)).toEqual(ref(7))
    rollBack(db, chain, ref(7), at)
    expect(dump(db).coverage).toMatchObject([{ from_height: 7, to_height: 7, last_hash: 'a7' }])
    commit(db, blocks.slice(1), { head: { height: 12 }, finalHeight: 9, windowFrom: 9 })
    expect([readChainState(db, chain.id).finalHeight, inWindow()]).toEqual([9, ['a9', 'a10']])
  })

  it('leaves nothing when it fails half-way', () => {
    const db = freshChain()
    commit(db, [screened(ref(6))])
    const before = dump(db)
    const failing = {
      ...chain,
      addressText: () => {
        throw new Error('half-way')
      },
    }
    const blocks = [screened(ref(7)), screened(ref(8), [listedDeposit('0xt')])]
    const step = {
      blocks,
      revisions: { list: 0, own: 0 },
      head: { height: 8 },
      finalHeight: null,
      windowFrom: 0,
      at,
    }
    expect(() => commitStep(db, failing, step)).toThrow('half-way')
    expect(dump(db)).toEqual(before)
  })

  it('leaves nothing when its second block does not follow on the first', () => {
    const db = freshChain()
    commit(db, [screened(ref(6))])
    const before = dump(db)
    const blocks = [screened(ref(7), [listedDeposit('0xt')]), screened(ref(8, 'b'))]
    expect(() => commit(db, blocks)).toThrow('does not follow')
    expect(() => commit(db, [screened(ref(9, 'a', 'a6'))])).toThrow('does not follow')
    expect(dump(db)).toEqual(before)
  })

  it.each<[keyof Revisions]>([['list'], ['own']])(
    'writes nothing when the %s revision moved since',
    (kind) => {
      const db = freshChain()
      inTransaction(db, () => bumpRevision(db, kind))
      const before = dump(db)
      const blocks = [screened(ref(7), [listedDeposit('0xt')])]
      const step = { blocks, head: { height: 7 }, finalHeight: null, windowFrom: 0, at }
      expect(commitStep(db, chain, { ...step, revisions: { list: 0, own: 0 } })).toBeNull()
      expect(dump(db)).toEqual(before)
      expect(commitStep(db, chain, { ...step, revisions: { list: 0, own: 0, [kind]: 1 } })).toMatchObject({
        created: 1,
      })
    },
  )

  it('makes alerts final at once where their block is', () => {
    const db = freshChain()
    const blocks = [screened(ref(7), [listedDeposit('0x7')]), screened(ref(8), [listedDeposit('0x8')])]
    commit(db, blocks, { head: { height: 9 }, finalHeight: 7 })
    expect(story(db)).toEqual({
      alerts: ['0x7 final a7', '0x8 pending a8'],
      events: ['0x7 created', '0x8 created', '0x7 final'],
    })
  })
})

describe('a new head', () => {
  it('makes alerts final once, and only of its chain', () => {
    const db = freshChain()
    const other = { ...chain, id: 'other', caip2: 'eip155:2' }
    pinChain(db, other, '0xother', at)
    commit(db, [screened(ref(7), [listedDeposit('0x7')]), screened(ref(8), [listedDeposit('0x8')])])
    commitHead(db, other, { head: { height: 100 }, finalHeight: 90, windowFrom: 90, at })
    expect(story(db).alerts).toEqual(['0x7 pending a7', '0x8 pending a8'])
    for (const _ of [1, 2]) commitHead(db, chain, { head: { height: 9 }, finalHeight: 7, windowFrom: 7, at })
    expect(story(db).alerts).toEqual(['0x7 final a7', '0x8 pending a8'])
    expect(story(db).events.filter((event) => event.endsWith('final'))).toEqual(['0x7 final'])
  })
})

describe('movements', () => {
  const screenedTx = tx({
    hash: '0xt',
    transfers: [
      transfer({ id: 'log:0', amount: 2n ** 256n - 1n, tags: ['unknown-asset'], symbol: null }),
      transfer({ id: 'log:1', direction: 'withdrawal', parties: [party(foreign, 'destination')] }),
    ],
    parties: [
      {
        ...party(listed, 'initiator'),
        direction: 'deposit',
        variants: [{ key: evm('9'), basis: 'same-key' }],
      },
    ],
  })

  it('are stored with their parties, those of the whole transaction once', () => {
    const db = freshChain()
    commit(db, [screened(ref(7), [screenedTx])])
    expect(
      db
        .prepare('select transfer, direction, amount, symbol, tags from transfers order by transfer')
        .raw()
        .all(),
    ).toEqual([
      ['log:0', 'deposit', String(2n ** 256n - 1n), null, '["unknown-asset"]'],
      ['log:1', 'withdrawal', '5', 'ETH', '[]'],
    ])
    expect(
      db
        .prepare(
          `select t.transfer, p.direction, p.role, p.key, p.match_key, p.match_basis
           from parties p left join transfers t on t.id = p.transfer_id order by p.id`,
        )
        .raw()
        .all(),
    ).toEqual([
      ['log:0', null, 'source', foreign, foreign, 'exact'],
      ['log:1', null, 'destination', foreign, foreign, 'exact'],
      [null, 'deposit', 'initiator', listed, listed, 'exact'],
      [null, 'deposit', 'initiator', listed, evm('9'), 'same-key'],
    ])
  })

  it('join to what each transfer met, with the direction of whole-transaction parties', () => {
    const db = freshChain()
    commit(db, [screened(ref(7), [screenedTx])])
    expect(
      db
        .prepare('select transfer, role, match_key from transfer_parties order by transfer, role, match_key')
        .raw()
        .all(),
    ).toEqual([
      ['log:0', 'initiator', evm('9')],
      ['log:0', 'initiator', listed],
      ['log:0', 'source', foreign],
      ['log:1', 'destination', foreign],
    ])
  })
})

describe('the view of current alerts', () => {
  it('shows the count of merged transfers and the latest decision', () => {
    const db = freshLedger()
    pinChain(db, chain, '0xgenesis', at)
    const spam = Array.from({ length: 3 }, (_, index) =>
      transfer({ id: `log:${index}`, tags: ['unknown-asset'], parties: [party(listed, 'source')] }),
    )
    commit(db, [screened(ref(7), [tx({ hash: '0xt', transfers: spam })])])
    const current = () =>
      db
        .prepare('select transfer_count, disposition, disposition_by, disposition_note from alerts_current')
        .raw()
        .all()
    expect(current()).toEqual([[3, 'open', null, null]])
    const id = db.prepare('select id from alerts').pluck().get()
    const event = db.prepare(
      'insert into alert_events (alert_id, at, kind, actor, note) values (?, ?, ?, ?, ?)',
    )
    event.run(id, at, 'acknowledged', 'ada', null)
    event.run(id, at, 'note', 'ada', 'looking')
    event.run(id, at, 'released', 'bob', 'spam token')
    expect(current()).toEqual([[3, 'released', 'bob', 'spam token']])
  })
})

describe('a step that changes a list', () => {
  const usdt = `0x${'5'.repeat(40)}`

  it('is refused, whole, where blocks follow that were screened without the change', () => {
    const db = freshChain()
    putFreezeLists(
      db,
      [
        {
          ...{ id: 'issuer-freezes', chain: chain.id, maxAgeSeconds: null },
          contracts: [{ contract: usdt, symbol: null, from: 0 }],
        },
      ],
      at,
    )
    const notice = { contract: usdt, account: listed, change: 'frozen', txHash: '0xf', logIndex: 0 } as const
    const freezing = screened(ref(1), [], { freezes: [notice] })
    const before = dump(db)
    expect(() => commit(db, [freezing, screened(ref(2))])).toThrow('block 1 changes a list')
    expect(dump(db)).toEqual(before)
    commit(db, [freezing])
    expect(readRevisions(db).list).toBe(1)
    // The same again, on another branch's word that says nothing new, holds no step up.
    commit(db, [screened(ref(2)), screened(ref(3), [], { freezes: [{ ...notice, logIndex: 1 }] })])
    expect(readRevisions(db).list).toBe(1)
  })
})
