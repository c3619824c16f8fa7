import { expect, it } from 'vitest'
import { all } from '../../../src/ledger/database.ts'
import { confirm, decide, requireSecondPerson } from '../../../src/operations/decide.ts'
import { evm } from '../../screening/builders.ts'
import { at, freshLedger } from '../fixtures.ts'
import { databaseOf } from '../old-database.ts'

it('a database of before decisions had an audit keeps its alerts and decisions, and takes new ones', () => {
  const alert = (id: string) =>
    `insert into alerts (id, chain, status, level, tags, block_time, own_address, role, match, list_id, category,
       entry_address, programs, list_revision, created_at)
     values ('${id}', 'ethereum', 'final', 'high', '[]', '2026-03-02T10:00:00Z', 'o', 'source', 'exact', 'l', 'own-list',
       'e', '[]', 1, '2026-03-02');
     insert into alert_keys values ('${id}', '${evm('1')}', '${evm('1')}', '${evm('2')}', 1);
     insert into alert_events (alert_id, at, kind, actor) values ('${id}', '2026-03-02', 'created', 'chainscreen');`
  const db = freshLedger(
    databaseOf(
      27,
      `${alert('a1')} ${alert('b2')}
       insert into alert_events (alert_id, at, kind, actor, note) values ('a1', '2026-03-03', 'blocked', 'ann', 'case 17');`,
    ),
  )
  const columns = 'id, disposition, disposition_by, proposed, assignee, version, due_on'
  const queue = () => all(db, `select ${columns} from alerts_current order by id`)
  const none = { proposed: null, assignee: null }
  const decided = {
    id: 'a1',
    disposition: 'blocked',
    disposition_by: 'ann',
    version: 2,
    due_on: '2026-03-16',
    ...none,
  }
  expect(queue()).toEqual([
    decided,
    { id: 'b2', disposition: 'open', disposition_by: null, version: 1, due_on: '2026-03-16', ...none },
  ])
  requireSecondPerson(db, ['released'], { actor: 'chainscreen', note: null, at })
  decide(db, { ids: ['b2'], decision: 'released' }, { actor: 'ann', note: null, at })
  confirm(db, { ids: ['b2'] }, { actor: 'bob', note: null, at })
  expect(queue()).toEqual([
    decided,
    { id: 'b2', disposition: 'released', disposition_by: 'bob', version: 2, due_on: null, ...none },
  ])
  expect(db.pragma('foreign_key_check')).toEqual([])
})
