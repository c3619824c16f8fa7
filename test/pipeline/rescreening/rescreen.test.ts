import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Key } from '../../../src/address/key.ts'
import { readAlert } from '../../../src/ledger/alerts/alert-queries.ts'
import { pinChain } from '../../../src/ledger/blocks/chain.ts'
import { commitReplay } from '../../../src/ledger/blocks/commit-replay.ts'
import { rollBack } from '../../../src/ledger/blocks/roll-back.ts'
import { readCoverage } from '../../../src/ledger/coverage/coverage-queries.ts'
import { all, type Db } from '../../../src/ledger/database.ts'
import { askRescreen } from '../../../src/ledger/lists/ask-rescreen.ts'
import { noCounts, saveRescreen } from '../../../src/ledger/lists/rescreens.ts'
import { addOwnAddresses } from '../../../src/ledger/own/own-addresses.ts'
import { readRevisions } from '../../../src/ledger/revisions.ts'
import { rescreen } from '../../../src/pipeline/rescreening/rescreen.ts'
import { rescreenChunk } from '../../../src/pipeline/rescreening/rescreen-chunk.ts'
import type { ScreenableTx } from '../../../src/screening/types.ts'
import { Watchlist } from '../../../src/screening/watchlist.ts'
import {
  at,
  chain,
  commit,
  dump,
  freshChain,
  freshLedger,
  readEntries,
  ref,
  screened,
} from '../../ledger/fixtures.ts'
import { openTestLedger } from '../../ledger/template.ts'
import { randomRuns } from '../../long.ts'
import { evm, own, p2pkh, p2wpkh, party, transfer, tx, watchlist } from '../../screening/builders.ts'
import { tempDir } from '../../temp.ts'
import { activateList } from '../fixtures.ts'
import { alerts, endState, rescreenAll, store } from './rescreen-fixtures.ts'

const depositFrom = (hash: string, key: Key): ScreenableTx =>
  tx({ hash, transfers: [transfer({ parties: [party(key, 'source')] })] })

describe('stored history, when entries are added', () => {
  it('raises the alerts that screening with them would have raised: same rows, same ids', () => {
    const txs = [
      depositFrom('0x1', evm('b')),
      depositFrom('0x2', evm('1')),
      tx({
        hash: '0x3',
        transfers: [transfer({ id: 'log:1' }), transfer({ id: 'log:2' })],
        parties: [party(evm('b'), 'initiator')],
      }),
      tx({
        hash: '0x4',
        parties: [
          party(evm('b'), 'co-recipient'),
          { ...party(evm('b'), 'operator'), direction: 'withdrawal' },
        ],
      }),
      tx({
        hash: '0x5',
        transfers: ['log:1', 'log:2'].map((id) =>
          transfer({
            id,
            asset: 'erc20:0xff',
            symbol: null,
            tags: ['unknown-asset'],
            parties: [party(evm('b'), 'source')],
          }),
        ),
      }),
    ]
    const [late, early] = [freshChain(), freshChain()]
    store(late, 7, ...txs)
    activateList(late, [evm('b')])
    expect(alerts(late)).toEqual([])
    rescreenAll(late)
    activateList(early, [evm('b')])
    rescreenAll(early)
    commit(early, [screened(ref(7), txs, {}, new Watchlist(1, readEntries(early)))])
    expect(alerts(late)).toEqual(alerts(early))
    expect(alerts(late)).toHaveLength(5)
    expect(dump(late).alerts?.sort()).toEqual(dump(early).alerts?.sort())
    expect(dump(late).alert_keys).toEqual(dump(early).alert_keys)
  })

  it('matches equivalents, and variants that a transaction revealed, and says so', () => {
    const db = freshChain()
    const revealing = {
      ...party('bitcoin:51', 'source'),
      variants: [{ key: p2wpkh('7'), basis: 'same-key' as const }],
    }
    store(
      db,
      7,
      depositFrom('t1', p2pkh('7')),
      tx({ hash: 't2', transfers: [transfer({ parties: [revealing] })] }),
      depositFrom('t3', evm('c')),
    )
    activateList(db, [p2wpkh('7'), 'tron:cccccccccccccccccccccccccccccccccccccccc'])
    rescreenAll(db)
    expect(alerts(db)).toEqual([
      't1 value source same-key pending',
      't2 value source same-key pending',
      't3 value source same-account pending',
    ])
  })

  it('leaves out what lost its block, and what became an own address since', async () => {
    const db = freshChain()
    store(db, 7)
    store(db, 8, depositFrom('0xlost', evm('b')))
    rollBack(db, chain, ref(7), at)
    commit(db, [screened(ref(8, 'b', 'a7'), [depositFrom('0xours', evm('c'))], {}, watchlist())])
    await addOwnAddresses(db, [{ key: evm('c'), address: 'C', kind: 'hot', reference: '', chain: '' }], at)
    activateList(db, [evm('b'), evm('c')])
    rescreenAll(db)
    expect(alerts(db)).toEqual(['own exact final'])
  })

  it('makes what is final final at once, and the rest with its block', () => {
    const db = freshChain()
    store(db, 7, depositFrom('0x7', evm('b')))
    store(db, 8, depositFrom('0x8', evm('b')))
    commit(db, [screened(ref(9))], { finalHeight: 7 })
    activateList(db, [evm('b')])
    rescreenAll(db)
    expect(alerts(db)).toEqual(['0x7 value source exact final', '0x8 value source exact pending'])
    const kinds = all<{ kind: string }>(
      db,
      `select kind from alert_events e join alerts a on a.id = e.alert_id where tx_hash = '0x7' order by seq`,
    )
    expect(kinds.map(({ kind }) => kind)).toEqual(['created', 'final'])
  })

  it('does not look again at blocks that were screened with them', () => {
    const db = freshChain()
    activateList(db, [evm('b')])
    commit(db, [screened(ref(7), [depositFrom('0x7', evm('b'))], {}, new Watchlist(1, readEntries(db)))])
    rescreenAll(db)
    expect(all(db, 'select transactions, known from rescreens')).toEqual([{ transactions: 0, known: 0 }])
  })

  it('goes through more transactions of one address than one transaction of the database takes', async () => {
    const db = freshChain()
    store(db, 7, ...Array.from({ length: 130 }, (_, index) => depositFrom(`0x${index}`, evm('b'))))
    activateList(db, [evm('b')])
    const outcome = await rescreen(db, { now: () => at, budgetMs: 0 })
    expect(outcome).toMatchObject({ entries: 1, transactions: 130, created: 130 })
    expect(new Set(outcome.alerts).size).toBe(130)
  })
})

const payout = (hash: string, transfers: number) =>
  tx({
    hash,
    transfers: Array.from({ length: transfers }, (_, index) =>
      transfer({ id: `log:${index}`, parties: [party(evm('b'), 'source')] }),
    ),
  })

describe('a stored transaction with many transfers of one party', () => {
  const listedLate = (...txs: ScreenableTx[]) => {
    const db = freshChain()
    store(db, 7, ...txs)
    activateList(db, [evm('b')])
    return db
  }
  const now = () => at

  it('is screened once', async () => {
    const db = listedLate(payout('0x1', 25), payout('0x2', 3))
    expect(await rescreen(db, { now })).toMatchObject({ transactions: 2, created: 28, known: 0 })
  })

  it('is screened once where several variants of the entry took part', async () => {
    const db = freshChain()
    const revealing = {
      ...party(p2wpkh('7'), 'source'),
      variants: [{ key: p2pkh('7'), basis: 'same-key' as const }],
    }
    store(db, 7, tx({ hash: 't1', transfers: [transfer({ parties: [revealing] })] }))
    activateList(db, [p2pkh('7')])
    expect(await rescreen(db, { now })).toMatchObject({ transactions: 1, created: 1, known: 0 })
  })

  it('makes nobody wait for all the rows of its second variant', () => {
    const revealing = (hash: string) => {
      const variants = [{ key: p2pkh('7'), basis: 'same-key' as const }]
      return tx({ hash, transfers: [transfer({ parties: [{ ...party(p2wpkh('7'), 'source'), variants }] })] })
    }
    const scene = () => {
      const db = freshChain()
      store(db, 7, ...Array.from({ length: 20 }, (_, index) => revealing(`t${index}`)))
      activateList(db, [p2pkh('7')])
      return db
    }
    const [db, whole] = [scene(), scene()]
    // A row at a time, whether or not something comes of it, and the end of the job.
    expect(rescreenAll(db, 0)).toBe(2 * 20 + 1)
    rescreenAll(whole, 60_000)
    expect(all(db, 'select transactions, created, known from rescreens')).toEqual([
      { transactions: 20, created: 20, known: 0 },
    ])
    expect(endState(db)).toEqual(endState(whole))
  })

  it('is screened once where another transaction stands between its parties', async () => {
    const db = freshChain()
    store(db, 7, payout('0x1', 2), payout('0x2', 1))
    commitReplay(
      db,
      chain,
      { blocks: [screened(ref(7), [payout('0x1', 4)], {}, watchlist())], revisions: readRevisions(db), at },
      { row: undefined, terms: '' },
    )
    activateList(db, [evm('b')])
    expect(await rescreen(db, { now, budgetMs: 0 })).toMatchObject({ transactions: 2, created: 5, known: 0 })
  })

  it('is written in parts where it raises many alerts, each once', async () => {
    const db = listedLate(payout('0x1', 130), payout('0x2', 1))
    const parts: string[][] = []
    for (;;) {
      const chunk = rescreenChunk(db, at, 0)
      if (chunk === null) break
      parts.push(chunk.alerts)
    }
    expect(parts.map(({ length }) => length)).toEqual([50, 50, 30, 1, 0])
    expect(new Set(parts.flat()).size).toBe(131)
    expect(all(db, 'select state, transactions, created, known from rescreens')).toEqual([
      { state: 'done', transactions: 2, created: 131, known: 0 },
    ])
    const whole = listedLate(payout('0x1', 130), payout('0x2', 1))
    await rescreen(whole, { now, budgetMs: 60_000 })
    expect(endState(db)).toEqual(endState(whole))
  })

  it('goes on with what another process wrote in part, whatever the process knows of it', async () => {
    const path = join(tempDir(), 'ledger.db')
    const db = freshLedger(path)
    pinChain(db, chain, '0xgenesis', at)
    store(db, 7, payout('0x1', 130))
    activateList(db, [evm('b')])
    rescreenChunk(db, at, 0)
    const other = freshLedger(path)
    expect(await rescreen(other, { now })).toMatchObject({ transactions: 1, created: 80, known: 0 })
    expect(rescreenChunk(db, at, 0)).toBeNull()
  })

  it('leaves out the rest of it where its block lost meanwhile, and the party became own', async () => {
    const lost = listedLate(payout('0x1', 60))
    rescreenChunk(lost, at, 0)
    rollBack(lost, chain, null, at)
    expect(await rescreen(lost, { now })).toMatchObject({ created: 0 })
    const ours = listedLate(payout('0x1', 60))
    rescreenChunk(ours, at, 0)
    await addOwnAddresses(ours, [{ key: evm('b'), address: 'B', kind: 'hot', reference: '', chain: '' }], at)
    await rescreen(ours, { now })
    expect(alerts(ours).filter((alert) => alert.startsWith('0x1'))).toHaveLength(50)
  })

  it('goes on from a position inside a transaction, which an older version of chainscreen wrote', async () => {
    // Ten rows of parties at a time: the transaction of the tenth was written, and that of the twenty-sixth was not.
    const db = listedLate(payout('0x1', 25), payout('0x2', 25))
    const tenth = all<{ id: number }>(db, 'select id from parties order by id')[9]?.id ?? 0
    const entry = { stage: 'match', variant: 0, row: tenth, alert: null } as const
    const position = { listId: 'ofac-sdn', key: evm('b'), entry }
    saveRescreen(db, 1, { position, counts: noCounts, done: false, at })
    expect(await rescreen(db, { now })).toMatchObject({ transactions: 1, created: 25, known: 0 })
    expect(alerts(db).every((alert) => alert.startsWith('0x2'))).toBe(true)
  })
})

describe('stored history, when entries are removed', () => {
  const remove = (db: Db) => {
    activateList(db, [evm('b'), evm('d')])
    rescreenAll(db)
    activateList(db, [evm('d')], 'ofac-sdn', '2025-03-21')
    rescreenAll(db)
  }
  const removals = (db: Db) =>
    all<{ tx_hash: string; data: string }>(
      db,
      `select tx_hash, data from alert_events e join alerts a on a.id = e.alert_id
       where kind = 'entry-removed' order by seq`,
    ).map(({ tx_hash, data }) => `${tx_hash} ${data}`)

  it('tells their alerts once a removal, and no others', async () => {
    const db = freshChain()
    store(db, 7, depositFrom('0x1', evm('b')), depositFrom('0x2', evm('d')))
    remove(db)
    expect(removals(db)).toEqual(['0x1 {"revision":2,"removed_on":"2025-03-21"}'])
    await askRescreen(db, null, at)
    rescreenAll(db)
    expect(removals(db)).toHaveLength(1)
    activateList(db, [evm('b'), evm('d')], 'ofac-sdn', '2025-06-01')
    activateList(db, [evm('d')], 'ofac-sdn', '2025-07-01')
    rescreenAll(db)
    expect(removals(db)).toEqual([
      '0x1 {"revision":2,"removed_on":"2025-03-21"}',
      '0x1 {"revision":4,"removed_on":"2025-07-01"}',
    ])
  })

  it('are told the day, also where the entry was listed again before', () => {
    const db = freshChain()
    store(db, 7, depositFrom('0x1', evm('b')))
    activateList(db, [evm('b'), evm('d')])
    rescreenAll(db)
    activateList(db, [evm('d')], 'ofac-sdn', '2025-03-21')
    activateList(db, [evm('b'), evm('d')], 'ofac-sdn', '2025-06-01')
    activateList(db, [evm('d')], 'ofac-sdn', '2025-07-01')
    rescreenAll(db)
    expect(removals(db)).toEqual([
      '0x1 {"revision":2,"removed_on":"2025-03-21"}',
      '0x1 {"revision":4,"removed_on":"2025-07-01"}',
    ])
  })

  it('keeps the alerts, and says in the view that the entry is no longer in force', () => {
    const db = freshChain()
    store(db, 7, depositFrom('0x1', evm('b')))
    remove(db)
    const [{ id = '' } = {}] = all<{ id: string }>(db, 'select id from alerts')
    expect(readAlert(db, id).alert).toMatchObject({
      status: 'pending',
      entry_in_force: 0,
      entry_removed_on: '2025-03-21',
    })
  })
})

describe('two imports in a row', () => {
  it('raise the alerts that each with its own re-screen raises, at the revision that they are raised at', () => {
    const run = (between: (db: Db) => void) => {
      const db = freshChain()
      store(db, 7, depositFrom('0x1', evm('b')), depositFrom('0x2', evm('d')), depositFrom('0x3', evm('e')))
      activateList(db, [evm('b'), evm('d')], 'ofac-sdn', '2022-01-01')
      between(db)
      activateList(db, [evm('d'), evm('e')], 'ofac-sdn', '2025-01-01')
      rescreenAll(db)
      return db
    }
    const [apart, together] = [run((db) => void rescreenAll(db)), run(() => {})]
    expect(alerts(together)).toEqual(alerts(apart))
    expect(alerts(together)).toHaveLength(3)
    expect(endState(together).alert_keys).toEqual(endState(apart).alert_keys)
    const told = (db: Db) =>
      all<{ told: string }>(
        db,
        `select tx_hash || ' ' || list_revision || ' ' || ifnull(
           (select data from alert_events e where e.alert_id = a.id and kind = 'entry-removed'), '-') as told
         from alerts a order by tx_hash`,
      ).map(({ told }) => told)
    expect(told(apart)).toEqual(['0x1 1 {"revision":2,"removed_on":"2025-01-01"}', '0x2 1 -', '0x3 2 -'])
    // Entries are read as they are: revision 2 raised these, and it knew already that one of them was removed.
    expect(told(together)).toEqual(['0x1 2 -', '0x2 2 -', '0x3 2 -'])
  })
})

describe('a crash', () => {
  function scene(): Db {
    const db = freshChain()
    const deposits = Array.from({ length: 12 }, (_, index) => depositFrom(`0x${index}`, evm('b')))
    store(db, 7, ...deposits, payout('0xmany', 60))
    commit(db, [screened(ref(8))], { finalHeight: 7 })
    activateList(db, [evm('b'), evm('c')])
    activateList(db, [evm('c')], 'ofac-sdn', '2022-01-01')
    return db
  }

  it('inside any of its transactions takes back what it did with the position it came to', () => {
    const whole = scene()
    const chunks = rescreenAll(whole)
    expect(chunks).toBeGreaterThan(4)
    for (let crashAt = 0; crashAt < chunks; crashAt++) {
      const db = scene()
      for (let done = 0; done < crashAt; done++) rescreenChunk(db, at, 0)
      const before = dump(db)
      // The outer transaction stands for the process: what it did not commit is gone with it.
      db.exec('begin')
      const inner = db.transaction.bind(db)
      expect(rescreenChunkIn(db, inner)).not.toBeNull()
      db.exec('rollback')
      expect(dump(db)).toEqual(before)
      rescreenAll(db)
      expect(endState(db)).toEqual(endState(whole))
    }
  })
})

/** A chunk inside of a transaction that is open already. */
function rescreenChunkIn(db: Db, transaction: Db['transaction']) {
  const nested = Object.create(db, {
    transaction: { value: (work: () => unknown) => ({ immediate: () => transaction(work)() }) },
  }) as Db
  return rescreenChunk(nested, at, 0)
}

describe('a random history', () => {
  const keys = ['1', '2', '3', '4'].map(evm)
  const roles = ['source', 'initiator', 'operator', 'intermediary', 'co-recipient'] as const
  const parties = fc.array(fc.record({ key: fc.constantFrom(...keys), role: fc.constantFrom(...roles) }), {
    maxLength: 3,
  })
  const transfers = fc.uniqueArray(
    fc.record({
      id: fc.constantFrom('value', 'log:1', 'log:2'),
      parties,
      tags: fc.constantFrom([], ['unknown-asset' as const]),
    }),
    { selector: ({ id }) => id, minLength: 1 },
  )
  const history = fc.array(fc.record({ transfers, parties, ownSigned: fc.boolean() }), {
    minLength: 1,
    maxLength: 4,
  })

  function chainInMemory(): Db {
    const db = openTestLedger(':memory:')
    pinChain(db, chain, '0xgenesis', at)
    return db
  }

  it('has the same alerts, whether lists came before the blocks or after', () => {
    fc.assert(
      fc.property(history, fc.subarray(keys), fc.subarray(keys), (drawn, first, second) => {
        const txs = drawn.map((each, index) =>
          tx({ ...each, hash: `0x${index}`, transfers: each.transfers.map((one) => transfer(one)) }),
        )
        const [late, early] = [chainInMemory(), chainInMemory()]
        store(late, 7, ...txs)
        for (const db of [late, early]) {
          activateList(db, first, 'one')
          activateList(db, second, 'two')
        }
        rescreenAll(late)
        rescreenAll(early)
        commit(early, [screened(ref(7), txs, {}, new Watchlist(2, readEntries(early)))])
        const told = (db: Db) =>
          all<{ id: string }>(
            db,
            'select id, level, role, tags, own_address, transfer, amount, match from alerts order by id',
          )
        expect(told(late)).toEqual(told(early))
        late.close()
        early.close()
      }),
      { numRuns: randomRuns(100) },
    )
  })
})

describe('coverage', () => {
  it('names blocks of an older revision as behind until stored history was matched, and not after', () => {
    const db = freshChain()
    store(db, 7, depositFrom('0x1', evm('b')))
    activateList(db, [evm('b')])
    activateList(db, [evm('c')], 'house')
    const report = () =>
      readCoverage(db).map(({ historyRevision, gaps }) => [historyRevision, gaps.map(({ reason }) => reason)])
    expect(readRevisions(db).list).toBe(2)
    expect(report()).toEqual([
      [
        0,
        [
          'matched against list revision 0; the lists are at 2, and the re-screen of stored history is not done (`run` and `rescreen` go on with it)',
        ],
      ],
    ])
    // Two variants of one entry, and the end of the first job.
    rescreenChunk(db, at, 0)
    rescreenChunk(db, at, 0)
    expect(report()).toEqual([[1, [expect.stringContaining('list revision 1; the lists are at 2')]]])
    rescreenAll(db)
    expect(report()).toEqual([[2, []]])
    expect(readCoverage(db)[0]?.ranges).toMatchObject([{ listRevision: 0 }])
  })
})

describe('a re-screen by hand', () => {
  it('takes all entries, or those that came with later revisions, and doubles nothing', async () => {
    const db = freshChain()
    store(db, 7, depositFrom('0x1', evm('b')), depositFrom('0x2', evm('c')))
    activateList(db, [evm('b')])
    activateList(db, [evm('c')], 'house')
    rescreenAll(db)
    const before = alerts(db)
    const now = () => at
    await askRescreen(db, null, at)
    expect(await rescreen(db, { now })).toMatchObject({ entries: 2, created: 0, known: 2 })
    await askRescreen(db, 1, at)
    expect(await rescreen(db, { now })).toMatchObject({ entries: 1, created: 0, known: 1 })
    await askRescreen(db, 2, at)
    expect(await rescreen(db, { now })).toMatchObject({ entries: 0 })
    expect(alerts(db)).toEqual(before)
  })

  it('finds what an alert was never raised for', async () => {
    const db = freshChain()
    activateList(db, [evm('b')])
    rescreenAll(db)
    store(db, 7, depositFrom('0x1', evm('b')))
    await askRescreen(db, null, at)
    rescreenAll(db)
    expect(alerts(db)).toEqual(['0x1 value source exact pending'])
  })
})

describe('an own address that a list names', () => {
  const ours = [{ key: own, address: 'our A', kind: 'hot' as const, reference: 'desk 7', chain: 'ethereum' }]
  const told = (db: Db) =>
    all(
      db,
      `select chain, direction, status, level, tx_hash, transfer, block_height, asset, amount, counterparty,
         own_address, role, match, listed_at_transfer, own_kind, own_reference, entry_in_force from alerts_current`,
    )
  const nothing = {
    ...{ chain: null, direction: null, tx_hash: null, transfer: null, block_height: null, asset: null },
    ...{ amount: null, counterparty: null, listed_at_transfer: null },
  }

  it.each(['listed first', 'own first'])('raises one alert, without a chain: %s', async (order) => {
    const db = freshChain()
    if (order === 'own first') await addOwnAddresses(db, ours, at)
    activateList(db, [own])
    await addOwnAddresses(db, ours, at)
    rescreenAll(db)
    await askRescreen(db, null, at)
    rescreenAll(db)
    expect(told(db)).toEqual([
      {
        ...nothing,
        ...{ status: 'final', level: 'high', role: 'own', match: 'exact', own_address: 'our A' },
        ...{ own_kind: 'hot', own_reference: 'desk 7', entry_in_force: 1 },
      },
    ])
    expect(all(db, 'select kind from alert_events')).toEqual([{ kind: 'created' }])
  })

  it('is medium where only an equivalent of it is listed', async () => {
    const db = freshChain()
    await addOwnAddresses(
      db,
      [{ key: p2pkh('7'), address: 'ours', kind: 'deposit', reference: '', chain: '' }],
      at,
    )
    activateList(db, [p2wpkh('7')])
    rescreenAll(db)
    expect(told(db)).toMatchObject([{ role: 'own', level: 'medium', match: 'same-key' }])
  })

  it('is not raised for an entry that was removed before', async () => {
    const db = freshChain()
    activateList(db, [own, evm('d')])
    rescreenAll(db)
    activateList(db, [evm('d')], 'ofac-sdn', '2022-01-01')
    await addOwnAddresses(db, ours, at)
    rescreenAll(db)
    expect(told(db)).toEqual([])
  })

  it('has the documented id', async () => {
    const db = freshChain()
    await addOwnAddresses(db, ours, at)
    activateList(db, [own])
    rescreenAll(db)
    const { createHash } = await import('node:crypto')
    const id = createHash('sha256').update(['', '', 'own', own, 'ofac-sdn', own].join('\n')).digest('hex')
    expect(all(db, 'select id from alerts')).toEqual([{ id: id.slice(0, 32) }])
  })
})
