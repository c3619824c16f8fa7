import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { currentAlert } from '../../src/ledger/alerts/decisions.ts'
import { all, type Db, run } from '../../src/ledger/database.ts'
import { openLedger } from '../../src/ledger/open.ts'
import { readScreenings } from '../../src/ledger/screenings.ts'
import { decide } from '../../src/operations/decide.ts'
import { screen } from '../../src/operations/screen.ts'
import { alertId } from '../../src/screening/alert-id.ts'
import { at, dump, freshLedger } from '../ledger/fixtures.ts'
import { databaseOf } from '../ledger/old-database.ts'
import { activateList } from '../pipeline/fixtures.ts'
import { evm } from '../screening/builders.ts'
import { tempDir } from '../temp.ts'

const ann = { actor: 'ann', note: null, at, via: 'cli' as const }
const terms = { asset: null, chain: null, lists: null }
const listed = `0x${'1'.repeat(40)}`
const clean = `0x${'2'.repeat(40)}`

function ledger(): Db {
  const db = freshLedger()
  activateList(db, [evm('1')], 'ofac-sdn', '2025-12-01', 'House Rule')
  return db
}

describe('a screening', () => {
  it('is a row for each address: who, when, what, the verdict, matches, and the lists that answered', () => {
    const db = ledger()
    const { request, results } = screen(
      db,
      [{ address: listed, reference: 'w-1' }, { address: clean }, { address: 'no-address' }],
      { ...terms, asset: 'ETH' },
      { ...ann, note: 'case 17' },
    )
    expect(results.map(({ verdict }) => verdict)).toEqual(['listed', 'clear', 'unknown'])
    const rows = readScreenings(db)
    expect(rows).toMatchObject([
      { address: listed, reference: 'w-1', verdict: 'listed', key: evm('1'), family: 'evm', reason: null },
      { address: clean, reference: null, verdict: 'clear', matches: '[]', reason: null },
      {
        address: 'no-address',
        verdict: 'unknown',
        key: null,
        reason: expect.stringMatching(/^not readable/),
      },
    ])
    for (const row of rows)
      expect(row).toMatchObject({
        request,
        at,
        actor: 'ann',
        via: 'cli',
        note: 'case 17',
        asset: 'ETH',
        list_revision: 1,
      })
    expect(JSON.parse(rows[0]?.matches ?? '')).toMatchObject([{ listId: 'ofac-sdn', subject: 'House Rule' }])
    expect(JSON.parse(rows[1]?.lists ?? '')).toEqual([
      {
        ...{ id: 'ofac-sdn', revision: 1, issuedOn: '2025-12-01', state: expect.any(String) },
        ...{ checkedAt: expect.anything(), snapshot: expect.stringMatching(/./) },
      },
    ])
  })

  it('is durable before it is answered: where the record fails, there is no answer and no case', () => {
    const db = ledger()
    db.exec(`create trigger full before insert on screening_rows begin select raise(abort, 'no space'); end`)
    const before = dump(db)
    expect(() => screen(db, [{ address: listed, reference: 'w-1' }], terms, ann)).toThrow('no space')
    expect(dump(db)).toEqual(before)
    expect(db.pragma('synchronous', { simple: true })).toBe(2)
  })

  it('is never changed or deleted', () => {
    const db = ledger()
    screen(db, [{ address: clean }], terms, ann)
    for (const table of ['screening_rows', 'screening_lists']) {
      expect(() => run(db, `delete from ${table}`)).toThrow(/append-only/)
      expect(() => run(db, `update ${table} set rowid = 99`)).toThrow(/append-only/)
    }
  })

  it('stores nothing of keys or persons in place of an address', () => {
    const db = ledger()
    screen(db, [{ address: 'ab'.repeat(32) }, { address: 'DOB 26 Dec 1992' }], terms, ann)
    expect(readScreenings(db).map(({ address }) => address)).toEqual([
      expect.stringContaining('not shown'),
      '(not shown)',
    ])
    expect(() => screen(db, [{ address: clean, reference: 'passport 12345678' }], terms, ann)).toThrow(
      /--reference tells of/,
    )
    expect(readScreenings(db)).toHaveLength(2)
  })
})

describe('the record of a screening', () => {
  it.each(['5KJvsngHeMpm884wtkJNzQGaCErckhHJBGFsvd3VyK5qMZXj3hS', 'ab'.repeat(32), 'DOB 26 Dec 1992'])(
    'holds nothing of a secret or a person that was given as the asset (%#)',
    (asset) => {
      const db = ledger()
      screen(db, [{ address: clean }], { ...terms, asset }, ann)
      expect(readScreenings(db)).toMatchObject([{ address: clean, asset: '(not shown)' }])
      expect(JSON.stringify(dump(db))).not.toContain(asset)
    },
  )

  it.each(['Ann Example', 'ann@example.com'])('holds no name or e-mail address (%#)', (address) => {
    const db = ledger()
    expect(screen(db, [{ address }], terms, ann).results).toMatchObject([{ verdict: 'unknown' }])
    expect(readScreenings(db)).toMatchObject([{ address: '(not shown)' }])
    expect(JSON.stringify(dump(db))).not.toContain(address)
  })
})

describe('a refused withdrawal', () => {
  it('opens one case for each reference, address and entry', () => {
    const db = ledger()
    const ask = (reference?: string) =>
      screen(db, [{ address: listed, reference }], terms, ann).results[0]?.alerts
    const [id = ''] = ask('w-1') ?? []
    expect(ask('w-1')).toEqual([id])
    expect(ask('w-2')).not.toEqual([id])
    expect(ask()).toEqual([])
    expect(all(db, 'select id from alerts')).toHaveLength(2)
    // The contract's id: an empty chain, the reference, `attempt`, party, list and entry.
    const entry = { listId: 'ofac-sdn', key: evm('1') }
    expect(id).toBe(alertId('', { txHash: 'w-1', transfer: 'attempt', party: evm('1'), entry }))
    expect(currentAlert(db, id)).toMatchObject({
      ...{ status: 'attempted', direction: 'withdrawal', level: 'high', role: 'destination', match: 'exact' },
      ...{
        chain: null,
        tx_hash: null,
        amount: null,
        own_address: '',
        counterparty: listed,
        own_reference: 'w-1',
      },
      ...{ disposition: 'open', listed_at_transfer: 'yes', version: 1, entry_in_force: 1 },
    })
  })

  it('has a decision, and a due date from the day of the screening', () => {
    const db = ledger()
    const { results } = screen(db, [{ address: listed, reference: 'w-1' }], terms, {
      ...ann,
      at: '2026-03-02T10:00:00.000Z',
    })
    const late = { actor: 'ann', note: null, at: '2026-03-09T10:00:00.000Z' }
    expect(decide(db, { ids: results[0]?.alerts ?? [], decision: 'rejected' }, late)).toMatchObject([
      { outcome: 'decided', dueOn: '2026-03-16' },
    ])
  })
})

describe('a database file', () => {
  it('is for its user alone, and so are the files beside it', () => {
    const path = join(tempDir(), 'private.db')
    const db = openLedger(path)
    run(db, `insert into meta values ('x', 'y')`)
    for (const file of [path, `${path}-wal`, `${path}-shm`])
      expect(statSync(file).mode & 0o777, file).toBe(0o600)
    db.close()
  })

  it('of before screenings were recorded takes them, and keeps what it has', () => {
    const db = freshLedger(
      databaseOf(
        28,
        `insert into audit (at, actor, action, target) values ('${at}', 'ann', 'list.removed', 'l');`,
      ),
    )
    expect(screen(db, [{ address: clean, reference: 'w-1' }], terms, ann).results).toMatchObject([
      { verdict: 'unknown' },
    ])
    expect(readScreenings(db)).toMatchObject([{ verdict: 'unknown', reason: 'no list is loaded' }])
    expect(all(db, 'select actor, target from audit')).toEqual([{ actor: 'ann', target: 'l' }])
  })
})
