import { expect, it, onTestFinished, vi } from 'vitest'
import { all } from '../../src/ledger/database.ts'
import { requireSecondPerson } from '../../src/operations/decide.ts'
import { runHere } from '../e2e/cli.ts'
import { at, commit, freshChain, listedDeposit, ref, screened } from '../ledger/fixtures.ts'
import { tokenOf } from '../server/fixtures.ts'

it('who proposed with a token confirms it with no token of the same person, nor by --actor', async () => {
  const db = freshChain()
  commit(db, [screened(ref(7), [listedDeposit('0x1')])])
  requireSecondPerson(db, ['released'], { actor: 'chainscreen', note: null, at })
  const [alert] = all<{ id: string }>(db, 'select id from alerts')
  const id = alert?.id ?? ''
  onTestFinished(() => void vi.unstubAllEnvs())
  const as = (person: string, name: string, ...args: string[]) => {
    vi.stubEnv('CHAINSCREEN_TOKEN', tokenOf(db, ['decide'], { person, name }))
    return runHere(['alerts', ...args, '--note', 'n', '--db', db.name])
  }
  expect(await as('alice', 'a-1', 'resolve', id, '--as', 'released')).toMatchObject({ code: 0 })
  for (const [name, person] of [['a-2', 'alice'] as const, ['a-3', 'Alice'] as const]) {
    const confirmed = await as(person, name, 'confirm', id)
    expect(confirmed.code).toBe(1)
    expect(confirmed.stderr).toContain('another person has to confirm it')
    expect((await as(person, `${name}-r`, 'resolve', id, '--as', 'released')).code).toBe(1)
  }
  // Nor under another name beside the token.
  const named = await as('alice', 'a-4', 'confirm', id, '--actor', 'bob')
  expect(named).toMatchObject({ code: 2, stderr: expect.stringContaining('CHAINSCREEN_TOKEN') })
  const stands = () =>
    all(db, `select kind, actor from alert_events where kind in ('proposed', 'released') order by seq`)
  expect(stands()).toEqual([{ kind: 'proposed', actor: 'alice' }])
  expect((await as('bob', 'b-1', 'confirm', id)).code).toBe(0)
  expect(stands()).toEqual([
    { kind: 'proposed', actor: 'alice' },
    { kind: 'released', actor: 'bob' },
  ])
})
