import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Key } from '../../../src/address/key.ts'
import { all, type Db, inTransaction, run } from '../../../src/ledger/database.ts'
import { writeListRescreened } from '../../../src/ledger/events/list-events.ts'
import { activateSnapshot } from '../../../src/ledger/lists/activate-snapshot.ts'
import {
  activatedOn,
  activeSnapshot,
  findSnapshot,
  type SnapshotEntry,
  snapshotOfRevision,
} from '../../../src/ledger/lists/list-snapshots.ts'
import { findList, putList } from '../../../src/ledger/lists/lists.ts'
import { addSnapshot } from '../../../src/ledger/lists/stage-snapshot.ts'
import { readRevisions } from '../../../src/ledger/revisions.ts'
import { evm } from '../../screening/builders.ts'
import { freshLedger, readEntries } from '../fixtures.ts'

function says(key: Key, fields: Partial<SnapshotEntry> = {}): SnapshotEntry {
  return {
    key,
    address: `text of ${key}`,
    assets: ['ETH'],
    subject: 'A party',
    subjectIds: [],
    programs: ['CYBER2'],
    listedOn: '2017-08-01',
    publishedBy: null,
    removedOn: null,
    ...fields,
  }
}

/** Activates a version that was issued (or, without a date of its own, imported) on a day. */
function activate(
  db: Db,
  day: string,
  entries: SnapshotEntry[],
  options: { listId?: string; csv?: boolean; on?: string } = {},
): number {
  const { listId = 'ofac-sdn', csv = false, on = day } = options
  const sha256 = createHash('sha256')
    .update(JSON.stringify([day, entries]))
    .digest('hex')
  const at = csv ? `${on}T10:00:00.000Z` : '2026-01-01T00:00:00.000Z'
  return inTransaction(db, () => {
    putList(db, { id: listId, format: csv ? 'csv' : 'ofac', category: 'sanctions', maxAgeSeconds: null })
    const snapshot =
      findSnapshot(db, listId, sha256) ??
      addSnapshot(
        db,
        {
          ...{ listId, category: 'sanctions', sha256, format: 'ofac', issuedOn: csv ? null : day },
          ...{ bytes: 1, counts: {}, entries, unparsed: [], at },
        },
        null,
      )
    return activateSnapshot(db, snapshot, { date: day, listedOnIsPublished: csv, at })
  })
}

/** Each entry as `digit first_seen removed_on`, followed by its intervals. */
function entries(db: Db): string[] {
  return all<{ key: string; first_seen: string; removed_on: string | null; intervals: string }>(
    db,
    `select e.key, first_seen, removed_on,
       (select group_concat("from" || '..' || ifnull("to", ''), ' ') from
         (select * from list_intervals i where i.list_id = e.list_id and i.key = e.key order by "from")) as intervals
     from list_entries e order by list_id, key`,
  ).map((row) => `${row.key.at(-1)} ${row.first_seen} ${row.removed_on ?? '-'}: ${row.intervals}`)
}

describe('the version that a revision made active', () => {
  it('stays known where the version comes back, and where it is activated again without a change', () => {
    const db = freshLedger()
    const versions = [[says(evm('1'))], [says(evm('2'))]]
    const revisions = [0, 1, 0, 1, 1].map((version) => activate(db, '2024-05-29', versions[version] ?? []))
    expect(revisions).toEqual([1, 2, 3, 4, 4])
    const shas = [1, 2, 3, 4].map((revision) => snapshotOfRevision(db, 'ofac-sdn', revision)?.sha256)
    expect(shas).toEqual([shas[0], shas[1], shas[0], shas[1]])
    expect(new Set(shas).size).toBe(2)
    expect(shas).not.toContain(undefined)
    expect(snapshotOfRevision(db, 'ofac-sdn', 5)).toBeUndefined()
  })

  it('is the first of those that moved no revision', () => {
    const db = freshLedger()
    activate(db, '2024-05-29', [says(evm('1'))])
    const first = snapshotOfRevision(db, 'ofac-sdn', 1)?.sha256
    expect(activate(db, '2024-05-30', [says(evm('1'))])).toBe(1)
    expect(snapshotOfRevision(db, 'ofac-sdn', 1)?.sha256).toBe(first)
  })

  it('stands in the event that its entries are matched with history, also where it came back', () => {
    const db = freshLedger()
    const versions = [[says(evm('1'))], [says(evm('2'))]]
    for (const version of [0, 1, 0]) activate(db, '2024-05-29', versions[version] ?? [])
    const jobs = all<{ id: number }>(
      db,
      'select id from rescreens where revision is not null order by revision',
    )
    run(db, 'update rescreens set first_sequence = 0')
    inTransaction(db, () => {
      for (const { id } of jobs) writeListRescreened(db, id, '2026-01-01T00:00:00.000Z')
    })
    const told = all<{ revision: number; snapshot: string }>(
      db,
      `select data ->> '$.revision' as revision, data ->> '$.snapshot' as snapshot from outbox
       where type = 'list.rescreened' order by sequence`,
    )
    expect(told.map(({ revision }) => revision)).toEqual([1, 2, 3])
    for (const { revision, snapshot } of told)
      expect(snapshot).toBe(snapshotOfRevision(db, 'ofac-sdn', revision)?.sha256)
  })

  it('keeps the day on which its bytes were first activated', () => {
    const db = freshLedger()
    const [first, other] = [[says(evm('1'))], [says(evm('2'))]]
    activate(db, '2024-05-29', first, { csv: true, on: '2024-05-29' })
    activate(db, '2024-05-30', other, { csv: true, on: '2024-05-30' })
    activate(db, '2024-05-29', first, { csv: true, on: '2024-05-31' })
    const active = activeSnapshot(db, 'ofac-sdn')
    expect(active?.activated_at).toBe('2024-05-31T10:00:00.000Z')
    expect(active && activatedOn(db, active)).toBe('2024-05-29')
  })
})

describe('activating a snapshot', () => {
  it('dates its entries with the day it was issued', () => {
    const db = freshLedger()
    activate(db, '2024-05-29', [says(evm('1')), says(evm('2'))])
    expect(entries(db)).toEqual(['1 2024-05-29 -: 2024-05-29..', '2 2024-05-29 -: 2024-05-29..'])
    expect(readEntries(db)[0]).toEqual({
      listId: 'ofac-sdn',
      category: 'sanctions',
      key: evm('1'),
      address: `text of ${evm('1')}`,
      subject: 'A party',
      subjectIds: [],
      programs: ['CYBER2'],
      listedOn: '2017-08-01',
      firstSeen: '2024-05-29',
      intervals: [{ from: '2024-05-29', to: null }],
    })
  })

  it('removes what is gone, on the day the next one was issued, and adds what is new', () => {
    const db = freshLedger()
    activate(db, '2024-05-29', [says(evm('1')), says(evm('2'))])
    activate(db, '2025-11-19', [says(evm('2')), says(evm('3'))])
    expect(entries(db)).toEqual([
      '1 2024-05-29 2025-11-19: 2024-05-29..2025-11-19',
      '2 2024-05-29 -: 2024-05-29..',
      '3 2025-11-19 -: 2025-11-19..',
    ])
  })

  it('opens a second interval for what was removed and is listed again', () => {
    const db = freshLedger()
    activate(db, '2023-01-01', [says(evm('1')), says(evm('2'))])
    activate(db, '2024-01-01', [says(evm('2'))])
    activate(db, '2024-06-01', [says(evm('2')), says(evm('3'))])
    activate(db, '2025-01-01', [says(evm('1')), says(evm('2'))])
    expect(entries(db)[0]).toBe('1 2023-01-01 -: 2023-01-01..2024-01-01 2025-01-01..')
    expect(readEntries(db)[0]?.intervals.at(-1)?.to).toBeNull()
  })

  it('goes back to an earlier version and forward again', () => {
    const db = freshLedger()
    const [old, young] = [[says(evm('1'))], [says(evm('2'))]]
    activate(db, '2024-01-01', old)
    activate(db, '2025-01-01', young)
    activate(db, '2024-01-01', old)
    expect(entries(db).map((text) => text.split(':')[0])).toEqual([
      '1 2024-01-01 -',
      '2 2025-01-01 2024-01-01',
    ])
    activate(db, '2025-01-01', young)
    expect(entries(db)).toEqual([
      '1 2024-01-01 2025-01-01: 2024-01-01..2025-01-01',
      '2 2025-01-01 -: 2025-01-01..',
    ])
  })

  it('takes a removal that was before the listing for no listing, and the address can be listed again', () => {
    const db = freshLedger()
    const other = says(evm('2'))
    activate(db, '2024-02-02', [says(evm('1')), other])
    activate(db, '2024-02-15', [says(evm('1'), { removedOn: '2024-02-15' }), other])
    activate(db, '2024-03-03', [says(evm('1')), other])
    activate(db, '2024-03-04', [says(evm('1'), { removedOn: '2024-02-01' }), other])
    expect(entries(db)[0]).toBe('1 2024-02-02 2024-02-01: 2024-02-02..2024-02-02')
    activate(db, '2024-02-02', [says(evm('1')), other])
    expect(entries(db)[0]).toBe('1 2024-02-02 -: 2024-02-02..')
    expect(readEntries(db)[0]?.intervals.at(-1)?.to).toBeNull()
  })

  it('that comes in late tells that an address was published earlier', () => {
    const db = freshLedger()
    activate(db, '2025-11-19', [says(evm('1')), says(evm('2'))])
    activate(db, '2024-05-29', [says(evm('1'))])
    expect(entries(db)[0]).toBe('1 2024-05-29 -: 2024-05-29..')
  })

  it('takes the day of publication from the file, where it gives one', () => {
    const db = freshLedger()
    activate(db, '2025-11-19', [says(evm('1'), { publishedBy: '2021-03-01' })])
    expect(entries(db)).toEqual(['1 2021-03-01 -: 2021-03-01..'])
    activate(db, '2025-12-01', [says(evm('1'), { publishedBy: '2020-02-02' })])
    expect(entries(db)).toEqual(['1 2020-02-02 -: 2020-02-02..'])
    activate(db, '2025-12-02', [says(evm('1'), { publishedBy: '2024-01-01' })])
    expect(entries(db)).toEqual(['1 2020-02-02 -: 2020-02-02..'])
  })

  it('takes over what the newer version says of an entry', () => {
    const db = freshLedger()
    activate(db, '2024-01-01', [says(evm('1'))])
    activate(db, '2025-01-01', [
      says(evm('1'), { subject: 'B', programs: ['X', 'Y'], listedOn: '2018-01-01' }),
    ])
    expect(readEntries(db)).toMatchObject([{ subject: 'B', programs: ['X', 'Y'], listedOn: '2018-01-01' }])
  })

  it('touches no other list', () => {
    const db = freshLedger()
    activate(db, '2024-01-01', [says(evm('1'))], { listId: 'house' })
    activate(db, '2025-01-01', [says(evm('2'))])
    expect(entries(db)).toEqual(['1 2024-01-01 -: 2024-01-01..', '2 2025-01-01 -: 2025-01-01..'])
  })
})

describe('a list of one’s own', () => {
  const csv = { csv: true }
  const row = (fields: Partial<SnapshotEntry>) => [
    says(evm('1'), { listedOn: null, ...fields }),
    says(evm('2')),
  ]

  it('was published on listed_on, else on the day of its import', () => {
    const db = freshLedger()
    activate(
      db,
      '2026-01-01',
      [says(evm('1'), { listedOn: '2024-05-01' }), says(evm('2'), { listedOn: null })],
      csv,
    )
    expect(entries(db)).toEqual(['1 2024-05-01 -: 2024-05-01..', '2 2026-01-01 -: 2026-01-01..'])
  })

  it('may say itself that an address was removed', () => {
    const db = freshLedger()
    activate(db, '2026-01-01', row({ listedOn: '2024-05-01', removedOn: '2025-05-01' }), csv)
    expect(entries(db)[0]).toBe('1 2024-05-01 2025-05-01: 2024-05-01..2025-05-01')
  })

  it('may say so later, and correct it', () => {
    const db = freshLedger()
    activate(db, '2026-01-01', row({ listedOn: '2024-05-01' }), csv)
    activate(db, '2026-01-02', row({ listedOn: '2024-05-01', removedOn: '2025-05-01' }), csv)
    expect(entries(db)[0]).toBe('1 2024-05-01 2025-05-01: 2024-05-01..2025-05-01')
    activate(db, '2026-01-03', row({ listedOn: '2024-05-01', removedOn: '2025-06-01' }), csv)
    expect(entries(db)[0]).toBe('1 2024-05-01 2025-06-01: 2024-05-01..2025-06-01')
  })

  it('lists again from listed_on where that is after the removal; else the removal was taken back, and leaves no hole', () => {
    const db = freshLedger()
    activate(db, '2026-01-01', row({ listedOn: '2020-01-01', removedOn: '2022-01-01' }), csv)
    activate(db, '2026-01-02', row({ listedOn: '2024-01-01' }), csv)
    expect(entries(db)[0]).toBe('1 2020-01-01 -: 2020-01-01..2022-01-01 2024-01-01..')

    const other = freshLedger()
    activate(other, '2026-01-01', row({ listedOn: '2020-01-01', removedOn: '2022-01-01' }), csv)
    activate(other, '2026-01-02', row({ listedOn: '2020-01-01' }), csv)
    expect(entries(other)[0]).toBe('1 2020-01-01 -: 2020-01-01..')
  })

  it('may tell of another time on the list that is over, and of none where it corrects the one before', () => {
    const db = freshLedger()
    activate(db, '2026-01-01', row({ listedOn: '2023-01-01', removedOn: '2023-03-01' }), csv)
    activate(db, '2026-01-02', row({ listedOn: '2023-09-01', removedOn: '2024-01-01' }), csv)
    expect(entries(db)[0]).toBe('1 2023-01-01 2024-01-01: 2023-01-01..2023-03-01 2023-09-01..2024-01-01')
    activate(db, '2026-01-03', row({ listedOn: '2023-09-01', removedOn: '2024-02-02' }), csv)
    expect(entries(db)[0]).toBe('1 2023-01-01 2024-02-02: 2023-01-01..2023-03-01 2023-09-01..2024-02-02')
  })

  it('may have removed an address before it is known to have listed it, and list it since', () => {
    const db = freshLedger()
    activate(db, '2026-01-02', row({ removedOn: '2023-06-01' }), csv)
    expect(entries(db)[0]).toBe('1 2026-01-02 2023-06-01: 2026-01-02..2026-01-02')
    activate(db, '2026-01-03', row({ listedOn: '2024-01-01' }), csv)
    expect(entries(db)[0]).toBe('1 2024-01-01 -: 2024-01-01..')

    const other = freshLedger()
    activate(other, '2026-01-02', row({ removedOn: '2023-06-01' }), csv)
    activate(other, '2026-01-03', row({ listedOn: '2022-01-01', removedOn: '2023-06-01' }), csv)
    expect(entries(other)[0]).toBe('1 2022-01-01 2023-06-01: 2022-01-01..2023-06-01')
  })

  it('can date an address back', () => {
    const db = freshLedger()
    activate(db, '2026-01-01', row({}), csv)
    activate(db, '2026-01-02', row({ listedOn: '2023-01-01' }), csv)
    expect(entries(db)[0]).toBe('1 2023-01-01 -: 2023-01-01..')
  })
})

describe('the list revision', () => {
  it('grows by one with each change of the entries', () => {
    const db = freshLedger()
    expect(activate(db, '2024-01-01', [says(evm('1'))])).toBe(1)
    expect(activate(db, '2024-02-01', [says(evm('2'))])).toBe(2)
    expect(activate(db, '2024-03-01', [says(evm('2'), { subject: 'renamed' })])).toBe(3)
    expect(activate(db, '2024-03-01', [says(evm('2'))], { listId: 'house' })).toBe(4)
    expect(readRevisions(db).list).toBe(4)
    expect(findList(db, 'ofac-sdn')).toMatchObject({ issued_on: '2024-03-01', revision: 3 })
  })

  it('stays where a new file says the same of every address', () => {
    const db = freshLedger()
    activate(db, '2024-01-01', [says(evm('1'))])
    expect(activate(db, '2024-02-01', [says(evm('1'))])).toBe(1)
    expect(readRevisions(db).list).toBe(1)
    const states = all(db, 'select issued_on, state from list_snapshots order by id')
    expect(states).toEqual([
      { issued_on: '2024-01-01', state: 'superseded' },
      { issued_on: '2024-02-01', state: 'active' },
    ])
    expect(findList(db, 'ofac-sdn')).toMatchObject({ issued_on: '2024-02-01' })
  })
})
