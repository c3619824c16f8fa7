import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Key } from '../../../src/address/key.ts'
import { ownAlertId } from '../../../src/ledger/alerts/own-alert.ts'
import { rollBack } from '../../../src/ledger/blocks/roll-back.ts'
import { readCoverage } from '../../../src/ledger/coverage/coverage-queries.ts'
import { all, type Db } from '../../../src/ledger/database.ts'
import { commitMempool } from '../../../src/ledger/mempool/commit-mempool.ts'
import {
  addOwnAddresses,
  countOwnAddresses,
  findOwnAddress,
  hasOwnAddresses,
  isOwn,
  listOwnAddresses,
  retireOwnAddresses,
} from '../../../src/ledger/own/own-addresses.ts'
import { type OwnDescriptorRow, putDerivedAddress } from '../../../src/ledger/own/own-descriptors.ts'
import {
  partySql,
  removedAmongSql,
  standingSql,
  transferOfForeignSql,
  transferOfOwnSql,
} from '../../../src/ledger/own/read-as-foreign.ts'
import { removeOwnAddresses } from '../../../src/ledger/own/remove-own.ts'
import { readRevisions } from '../../../src/ledger/revisions.ts'
import { screen } from '../../../src/screening/screen.ts'
import { Watchlist } from '../../../src/screening/watchlist.ts'
import { key, p2pkh, p2tr, p2wpkh } from '../../chains/bitcoin/scripts.ts'
import { randomRuns } from '../../long.ts'
import { addDescriptor, bitcoin, coin, own } from '../../pipeline/bitcoin-ledger.ts'
import { activateList } from '../../pipeline/fixtures.ts'
import { rescreenAll } from '../../pipeline/rescreening/rescreen-fixtures.ts'
import { evm } from '../../screening/builders.ts'
import { at, dump, freshLedger, readEntries, ref } from '../fixtures.ts'
import { hot, ledger, read, standing } from '../readings.ts'

const words = { actor: 'A. Person', note: 'a typing error', at }
const remove = (db: Db, ...keys: Key[]) => removeOwnAddresses(db, keys, words)

const [mistake, deposit, bob] = [p2wpkh('mistake'), p2tr('deposit'), p2pkh('bob')]

/** What stands, but for alerts that were withdrawn. */
function stands(db: Db) {
  const { alerts, ...rest } = standing(db)
  return { ...rest, alerts: alerts.filter((alert) => (alert as { status: string }).status !== 'withdrawn') }
}

const eventsOf = (db: Db) =>
  all(db, 'select kind, data from alert_events order by seq').map((row) => {
    const { kind, data } = row as { kind: string; data: string | null }
    return data === null ? kind : `${kind} ${data}`
  })

describe('an address that never was own', () => {
  it('is foreign once it is removed, and who said so is kept', async () => {
    const db = freshLedger()
    const rows = [evm('1'), evm('2')].map((each) => ({ ...hot, key: each, address: `text of ${each}` }))
    await addOwnAddresses(db, rows, at)
    await retireOwnAddresses(db, [evm('1')], at)
    expect(await remove(db, evm('1'))).toEqual([])
    expect([isOwn(db, 'ethereum', evm('1')), isOwn(db, 'ethereum', evm('2'))]).toEqual([false, true])
    expect([countOwnAddresses(db), findOwnAddress(db, evm('1'), '')]).toEqual([1, undefined])
    expect([...listOwnAddresses(db)].map((row) => row.key)).toEqual([evm('2')])
    expect(readRevisions(db).own).toBe(2)
    expect(all(db, 'select key, retired_at, removed_at from own_addresses order by key')).toEqual([
      { key: evm('1'), retired_at: at, removed_at: at },
      { key: evm('2'), retired_at: null, removed_at: null },
    ])
    expect(all(db, 'select * from own_removals')).toEqual([
      {
        id: 1,
        key: evm('1'),
        chain: '',
        address: rows[0]?.address,
        ...words,
        added_revision: 1,
        revision: 2,
      },
    ])
    await remove(db, evm('2'))
    expect(hasOwnAddresses(db)).toBe(false)
  })

  it('is own again when it is added again, by hand or as one of a descriptor', async () => {
    const db = freshLedger()
    const row = { ...hot, key: evm('1'), address: 'one' }
    await addOwnAddresses(db, [row], at)
    await remove(db, evm('1'))
    expect(await addOwnAddresses(db, [{ ...row, kind: 'cold' }], at)).toEqual({
      added: 1,
      known: 0,
      changed: 0,
      revision: 3,
    })
    expect(readRevisions(db).own).toBe(3)
    expect([...listOwnAddresses(db)]).toMatchObject([{ kind: 'cold', revision: 3, removed_at: null }])
    expect(isOwn(db, 'ethereum', evm('1'))).toBe(true)
    await remove(db, evm('1'))
    const descriptor: OwnDescriptorRow = {
      ...{ id: 1, checksum: 'c', descriptor: 'd', chain: '', network: 'regtest', gap: 20, added_at: at },
      ...{ kind: 'deposit', reference: 'd', retired_at: null },
    }
    expect(putDerivedAddress(db, descriptor, row, 5, at)).toBe(true)
    expect([...listOwnAddresses(db)]).toMatchObject([{ kind: 'deposit', revision: 5, removed_at: null }])
    expect(isOwn(db, 'ethereum', evm('1'))).toBe(true)
  })

  it('is not removed with one that is not own, was removed, or is of a descriptor', async () => {
    const db = ledger().db
    await addDescriptor(db)
    await addOwnAddresses(
      db,
      [evm('1'), evm('2')].map((each) => ({ ...hot, key: each, address: each })),
      at,
    )
    await remove(db, evm('2'))
    const before = dump(db)
    await expect(remove(db, evm('1'), evm('3'))).rejects.toThrow(`these are not own addresses: ${evm('3')}`)
    await expect(remove(db, evm('1'), evm('2'))).rejects.toThrow(`these are not own addresses: ${evm('2')}`)
    await expect(remove(db, evm('1'), key(own(0)))).rejects.toThrow(
      /is an address of the descriptor #\w{8}, /,
    )
    expect(dump(db)).toEqual(before)
  })
})

describe('blocks that were screened with it as own', () => {
  /** The mistake pays a deposit address, as if it were own to own; bob pays the mistake, as if it were a deposit. */
  const listedPays = { inputs: [coin(mistake, 3)], outputs: [coin(deposit, 2.9)] }
  const bobPays = { inputs: [coin(bob, 2)], outputs: [coin(mistake, 1.9)] }
  const both = (...mine: Uint8Array[]) => [...read(listedPays, ...mine), ...read(bobPays, ...mine)]

  async function never() {
    const made = ledger()
    activateList(made.db, [key(mistake), key(bob)])
    await made.own(deposit)
    made.follow(both(deposit))
    return made
  }

  async function mistaken() {
    const made = ledger()
    activateList(made.db, [key(mistake), key(bob)])
    await made.own(deposit, mistake)
    made.follow(both(deposit, mistake))
    return made
  }

  it('are read again, and then stand as if it never had been own', async () => {
    const { db, replay } = await mistaken()
    expect(stands(db).alerts).toMatchObject([{ direction: 'deposit', role: 'source', status: 'pending' }])
    const ranges = await remove(db, key(mistake))
    expect(ranges).toMatchObject([{ chain: 'bitcoin', from: 7, to: 7, state: 'pending' }])
    expect(all(db, 'select cause, own_revision, state from replays')).toEqual([
      { cause: 'removed', own_revision: 2, state: 'pending' },
    ])
    expect(readCoverage(db)[0]?.gaps).toEqual([
      {
        ...{ from: 7, to: 7 },
        reason:
          '1 addresses were screened as own, and were removed since (a rescan of blocks 7 to 7 is queued)',
      },
    ])
    expect(replay(both(deposit))).toEqual({ created: 1, reinstated: 0, known: 0 })
    expect(stands(db)).toEqual(stands((await never()).db))
    expect(readCoverage(db)[0]?.gaps).toEqual([])
    expect(eventsOf(db)).toEqual([
      'created',
      'withdrawn {"reason":"own-removed","height":7,"block":"a7"}',
      'created',
    ])
    const after = dump(db)
    expect(replay(both(deposit))).toEqual({ created: 0, reinstated: 0, known: 1 })
    expect({ ...dump(db), coverage: after.coverage }).toEqual(after)
  })

  it('keep the decisions on alerts that are withdrawn, which come back under their ids when it is own again', async () => {
    const { db, own: add, replay } = await mistaken()
    const [{ id = '' } = {}] = all<{ id: string }>(db, 'select id from alerts')
    db.exec(
      `insert into alert_events (alert_id, at, kind, actor) values ('${id}', '${at}', 'blocked', 'A. Person')`,
    )
    await remove(db, key(mistake))
    replay(both(deposit))
    const current = () => all(db, `select status, disposition from alerts_current where id = ?`, id)
    expect(current()).toEqual([{ status: 'withdrawn', disposition: 'blocked' }])
    await add(mistake)
    expect(replay(both(deposit, mistake))).toMatchObject({ created: 0, reinstated: 1 })
    expect(current()).toEqual([{ status: 'pending', disposition: 'blocked' }])
    // The transfer between the two is own to own again; the alert of it, raised while one was foreign, stays.
    expect(stands(db).moved).toEqual(stands((await mistaken()).db).moved)
  })

  it('read with less than before take nothing away', async () => {
    const { db, replay } = await mistaken()
    await remove(db, key(mistake))
    replay([], { level: 'outputs', unscreened: [{ what: 'prevouts', reason: 'none' }] })
    expect(stands(db).alerts).toMatchObject([{ role: 'source', status: 'pending' }])
    replay(both(deposit))
    expect(stands(db)).toEqual(stands((await never()).db))
  })

  it('lose nothing that is of another own address and that this reading does not have', async () => {
    const made = ledger()
    activateList(made.db, [key(bob)])
    const other = { inputs: [coin(bob, 2)], outputs: [coin(deposit, 1), coin(mistake, 0.9)] }
    await made.own(deposit, mistake)
    made.follow(read(other, deposit, mistake))
    const { alerts } = stands(made.db)
    await remove(made.db, key(mistake))
    made.replay([])
    expect(stands(made.db).alerts).toEqual(alerts)
  })

  it('that a reorg takes away and brings back are read as they are then', async () => {
    const { db, follow } = await mistaken()
    await remove(db, key(mistake))
    rollBack(db, bitcoin, null, at)
    follow(both(deposit))
    const { moved, parties } = stands((await never()).db)
    expect(stands(db)).toMatchObject({ moved, parties })
    expect(all(db, 'select status, count(*) as n from alerts group by status order by status')).toEqual([
      { status: 'orphaned', n: 1 },
      { status: 'pending', n: 1 },
    ])
  })

  it('a reorg leaves what was withdrawn as it is', async () => {
    const { db, replay } = await mistaken()
    await remove(db, key(mistake))
    replay(both(deposit))
    rollBack(db, bitcoin, null, at)
    expect(all(db, 'select status from alerts order by status')).toEqual([
      { status: 'orphaned' },
      { status: 'withdrawn' },
    ])
  })

  it('a list that changes before they are read again changes nothing of what stands in the end', async () => {
    const { db, replay } = await mistaken()
    await remove(db, key(mistake))
    activateList(db, [key(bob)], 'other')
    rescreenAll(db)
    replay(both(deposit))
    const other = await never()
    activateList(other.db, [key(bob)], 'other')
    rescreenAll(other.db)
    expect(stands(db)).toEqual(stands(other.db))
  })

  it('stand as if it never had been own, whatever they hold', async () => {
    const scripts = [mistake, deposit, p2wpkh('alice'), bob, p2tr('carol')]
    const sides = fc.array(fc.tuple(fc.constantFrom(...scripts), fc.integer({ min: 1, max: 3 })), {
      ...{ minLength: 1, maxLength: 4 },
    })
    const specs = fc.array(fc.record({ inputs: sides, outputs: sides }), { minLength: 20, maxLength: 20 })
    const some = fc.subarray(scripts)
    await fc.assert(
      fc.asyncProperty(specs, some, some, some, some, async (drawn, gone, more, lists, later) => {
        const readAll = (...mine: Uint8Array[]) => {
          const txs = drawn.flatMap(({ inputs, outputs }) =>
            read(
              { inputs: inputs.map((side) => coin(...side)), outputs: outputs.map((side) => coin(...side)) },
              ...mine,
            ),
          )
          return [...new Map(txs.map((each) => [each.hash, each])).values()]
        }
        const stay = more.filter((script) => !gone.includes(script))
        const [without, removed] = [ledger(), ledger()]
        for (const { db } of [without, removed]) activateList(db, lists.map(key))
        await without.own(...stay)
        without.follow(readAll(...stay))
        await removed.own(...stay, ...gone)
        removed.follow(readAll(...stay, ...gone))
        if (gone.length > 0) await remove(removed.db, ...gone.map(key))
        for (const { db } of [without, removed]) {
          activateList(db, later.map(key), 'later')
          rescreenAll(db)
        }
        removed.replay(readAll(...stay))
        const chain = ({ alerts, ...rest }: ReturnType<typeof stands>) => ({
          ...rest,
          alerts: alerts.filter((alert) => (alert as { role: string }).role !== 'own'),
        })
        expect(chain(stands(removed.db))).toEqual(chain(stands(without.db)))
        expect(readCoverage(removed.db)[0]?.gaps).toEqual(readCoverage(without.db)[0]?.gaps)
        const after = dump(removed.db)
        removed.replay(readAll(...stay))
        expect({ ...dump(removed.db), coverage: after.coverage }).toEqual(after)
      }),
      { numRuns: randomRuns(12) },
    )
  })
})

describe('alerts that no block decides', () => {
  it('that a list names it is withdrawn with it, and comes back when it is own again', async () => {
    const { db, own: add } = ledger()
    activateList(db, [key(mistake)])
    await add(mistake)
    rescreenAll(db)
    const id = ownAlertId(key(mistake), { listId: 'ofac-sdn', key: key(mistake) })
    const status = () => all(db, 'select id, status from alerts')
    expect(status()).toEqual([{ id, status: 'final' }])
    await remove(db, key(mistake))
    rescreenAll(db)
    expect(status()).toEqual([{ id, status: 'withdrawn' }])
    await add(mistake)
    rescreenAll(db)
    expect(status()).toEqual([{ id, status: 'final' }])
    expect(eventsOf(db)).toEqual(['created', 'withdrawn {"reason":"own-removed"}', 'reinstated'])
  })

  it('what was read while it was foreign, and passed over while it was own, is matched with the lists', async () => {
    const { db, own: add, follow } = ledger()
    await add(deposit)
    follow(read({ inputs: [coin(mistake, 3)], outputs: [coin(deposit, 2.9)] }, deposit))
    await add(mistake)
    activateList(db, [key(mistake)])
    rescreenAll(db)
    const raised = () => all(db, `select status from alerts where role = 'source'`)
    expect(raised()).toEqual([])
    expect(await remove(db, key(mistake))).toEqual([])
    rescreenAll(db)
    expect(raised()).toEqual([{ status: 'pending' }])
  })

  it('what waits in the mempool is withdrawn with it, and is not brought back by its block', async () => {
    const { db, own: add, follow } = ledger()
    activateList(db, [key(bob)])
    await add(mistake)
    const [waiting] = read({ inputs: [coin(bob, 2)], outputs: [coin(mistake, 1.9)] }, mistake)
    if (waiting === undefined) throw new Error('it touches an own address')
    const findings = screen(waiting, ref(7).time, new Watchlist(1, readEntries(db)))
    const spends = ['c:0']
    const look = {
      waiting: [{ hash: waiting.hash, spends, findings }],
      conflicts: [],
      absences: new Map(),
      at,
    }
    expect(commitMempool(db, bitcoin, { ...look, revisions: readRevisions(db) })).toMatchObject({
      created: 1,
    })
    await remove(db, key(mistake))
    const status = () => all(db, 'select status from alerts')
    expect(status()).toEqual([{ status: 'withdrawn' }])
    follow([], { level: 'outputs', conflicts: [{ spent: 'c:0', by: waiting.hash }] })
    expect(status()).toEqual([{ status: 'withdrawn' }])
    expect(eventsOf(db).at(-1)).toBe('withdrawn {"reason":"own-removed"}')
  })
})

it.each([
  ['of transfers of what is foreign', transferOfForeignSql],
  ['of transfers of what is own', transferOfOwnSql],
  ['of parties that were removed', removedAmongSql],
  ['of a party', partySql],
  ['of alerts that stand', standingSql],
])('the look-up %s is one at an index', (_of, sql) => {
  const params = (sql.match(/\?/g) ?? []).map(() => 'x')
  const plan = freshLedger()
    .prepare(`explain query plan ${sql}`)
    .all(...params) as { detail: string }[]
  const scans = plan.filter(({ detail }) => detail.startsWith('SCAN') && !detail.includes('VIRTUAL TABLE'))
  expect(scans).toEqual([])
})
