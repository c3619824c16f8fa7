import { describe, expect, it } from 'vitest'
import { all, inTransaction } from '../../src/ledger/database.ts'
import { readSink, readSkipped, registerSink } from '../../src/ledger/delivery/sinks.ts'
import { writeOutbox } from '../../src/ledger/events/outbox.ts'
import { runHere } from '../e2e/cli.ts'
import { at, freshLedger } from '../ledger/fixtures.ts'

/** A sink that has none of three events, and the command over its database. */
function behind() {
  const db = freshLedger()
  registerSink(db, 'hook', 'now')
  for (let each = 0; each < 3; each++)
    inTransaction(db, () => writeOutbox(db, { type: 'list.stale', at, data: {} }))
  const deliveries = (...args: string[]) => runHere(['deliveries', ...args, '--db', db.name])
  return { db, deliveries }
}

describe('deliveries', () => {
  it('retry refuses a place that the sink has not come to: what is between would be lost', async () => {
    const { db, deliveries } = behind()
    const answer = await deliveries('retry', 'hook', '--from', '2')
    expect([answer.code, answer.stdout]).toEqual([2, ''])
    expect(answer.stderr).toContain('--from 2 is above 0')
    expect([readSink(db, 'hook')?.cursor, all(db, 'select * from audit')]).toEqual([0, []])
    expect((await deliveries('retry', 'hook', '--from', '0')).code).toBe(0)
  })

  it('skip takes events that the sink has yet to get', async () => {
    const { db, deliveries } = behind()
    const answer = await deliveries('skip', 'hook', '1', '3')
    expect(answer).toMatchObject({ code: 0, stdout: '2 events are given up: hook does not get them.\n' })
    expect([...readSkipped(db, 'hook')]).toEqual([1, 3])
    expect(all(db, 'select action from audit')).toEqual([{ action: 'delivery.skipped' }])
  })

  it.each([['9'], ['1', '9']])('skip %s refuses what is no event, and gives nothing up', async (...args) => {
    const { db, deliveries } = behind()
    const answer = await deliveries('skip', 'hook', ...args)
    expect([answer.code, answer.stdout]).toEqual([2, ''])
    expect(answer.stderr).toContain('9')
    expect([[...readSkipped(db, 'hook')], all(db, 'select * from audit')]).toEqual([[], []])
  })

  it.each([
    ['list', 'nosuch'],
    ['retry', 'nosuch'],
    ['skip', 'nosuch', '--all'],
  ])('%s refuses a sink that is not known', async (...args) => {
    const { deliveries } = behind()
    const answer = await deliveries(...args)
    expect([answer.code, answer.stdout]).toEqual([2, ''])
    expect(answer.stderr).toContain('No sink has the id nosuch; there are: hook')
  })
})
