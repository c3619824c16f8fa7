import { describe, expect, it } from 'vitest'
import { configSchema } from '../../src/config/schema.ts'
import { examine } from '../../src/doctor/doctor.ts'
import { findAlerts } from '../../src/ledger/alerts/alert-queries.ts'
import { noteCanaryFailure, readCanary } from '../../src/ledger/canary.ts'
import { all, run } from '../../src/ledger/database.ts'
import { readRevisions } from '../../src/ledger/revisions.ts'
import { reportLists } from '../../src/lists/report.ts'
import { ScreeningIndex } from '../../src/pipeline/blocks/screening-index.ts'
import { runCanary, startCanary } from '../../src/pipeline/canary.ts'
import { preCheck } from '../../src/pipeline/pre-check.ts'
import { freshChain } from '../ledger/fixtures.ts'
import { listed } from '../screening/builders.ts'
import { activateList } from './fixtures.ts'

const config = { everyMs: 3_600_000, address: null }
const times = ['2026-01-01T00:00:00.000Z', '2026-01-01T01:00:00.000Z', '2026-01-01T02:00:00.000Z'] as const

describe('the canary', () => {
  it('turns a made-up transfer into an alert of its own category, each time', async () => {
    const db = freshChain()
    const index = new ScreeningIndex(db)
    const ids: string[] = []
    for (const at of times) ids.push(await runCanary(db, index, config, at))
    expect(new Set(ids).size).toBe(3)
    // The newest first.
    expect(findAlerts(db, { canary: true }).reverse()).toMatchObject(
      times.map((at) => ({
        ...{ category: 'canary', list_id: 'canary', chain: 'canary', status: 'final', level: 'high' },
        ...{ role: 'source', match: 'exact', listed_at_transfer: 'yes', tx_hash: `canary:${at}` },
      })),
    )
    expect(readCanary(db)).toEqual({ passedAt: times[2], failedAt: null, last: 'passed' })
    expect(readRevisions(db).list).toBe(1)
  })

  it('is kept out of what people look at, and out of movements and coverage', async () => {
    const db = freshChain()
    await runCanary(db, new ScreeningIndex(db), config, times[0])
    expect(findAlerts(db)).toEqual([])
    for (const table of ['transactions', 'transfers', 'parties', 'coverage', 'blocks']) {
      expect(all(db, `select * from ${table}`), table).toEqual([])
    }
  })

  it('vouches for nobody: where its list is the only one, nothing is known of an address', async () => {
    const db = freshChain()
    await runCanary(db, new ScreeningIndex(db), config, times[0])
    const asked = { asset: null, chain: null, lists: null, at: times[1] }
    expect(preCheck(db, [`0x${'2'.repeat(40)}`], asked)).toMatchObject([
      { verdict: 'unknown', matches: [], notes: ['no list is loaded'] },
    ])
    expect(reportLists(db, undefined, times[1])).toEqual([])
  })

  it('lists nobody: its address is one of a test', async () => {
    const db = freshChain()
    activateList(db, [listed])
    await runCanary(db, new ScreeningIndex(db), config, times[0])
    const [{ address = '' } = {}] = all<{ address: string }>(
      db,
      `select address from list_entries where list_id = 'canary'`,
    )
    const asked = { asset: null, chain: null, lists: null, at: times[1] }
    expect(preCheck(db, [address], asked)).toMatchObject([{ verdict: 'clear', matches: [], notes: [] }])
  })

  it('takes the address that the config names', async () => {
    const db = freshChain()
    const address = `0x${'Ab'.repeat(20)}`
    await runCanary(db, new ScreeningIndex(db), { ...config, address }, times[0])
    expect(all(db, `select key from list_entries where list_id = 'canary'`)).toEqual([
      { key: `evm:${'ab'.repeat(20)}` },
    ])
  })

  it.each([
    [
      'the table refuses alerts',
      `create trigger broken before insert on alerts begin select raise(abort, 'no disk'); end`,
    ],
    ['alerts vanish', 'create trigger broken after insert on alerts begin delete from alert_keys; end'],
  ])('fails, and notes it, where %s', async (_what, trigger) => {
    const db = freshChain()
    const index = new ScreeningIndex(db)
    await runCanary(db, index, config, times[0])
    db.exec(trigger)
    if (trigger.includes('alert_keys'))
      db.exec('create trigger hide after insert on alert_keys begin delete from alert_keys; end')
    await expect(runCanary(db, index, config, times[1])).rejects.toThrow(/^The canary failed: /)
    expect(readCanary(db)).toEqual({ passedAt: times[0], failedAt: times[1], last: 'failed' })
    expect(findAlerts(db, { canary: true })).toHaveLength(1)
  })

  it('fails where the entry is gone from the watchlist', async () => {
    const db = freshChain()
    const index = new ScreeningIndex(db)
    await runCanary(db, index, config, times[0])
    run(db, `update lists set category = 'own-list' where id = 'canary'`)
    run(db, `update meta set value = value + 1 where key = 'list_revision'`)
    await expect(runCanary(db, index, config, times[1])).rejects.toThrow(
      /it matched 0 entries instead of one/,
    )
  })

  it('on its schedule says a failure loudly, and stops nothing', async () => {
    const db = freshChain()
    const said: string[] = []
    const note = (level: string) => (about: unknown, text?: unknown) =>
      void said.push(`${level} ${String(text ?? about)}`)
    const log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') }
    const [passes, fails] = [new ScreeningIndex(db), new ScreeningIndex(db)]
    await startCanary(db, passes, config, { log, now: () => times[0] }).stop()
    db.exec(`create trigger broken before insert on alerts begin select raise(abort, 'no disk'); end`)
    await startCanary(db, fails, config, { log, now: () => times[1] }).stop()
    expect(said).toEqual([
      'info the canary passed',
      expect.stringMatching(/^error The canary failed: .*no disk/),
    ])
  })
})

describe('the doctor', () => {
  const look = async (path: string, at: string) => {
    const config = configSchema.parse({ database: path, lists: [], chains: [], canary: {} })
    return (await examine(config, at)).find(({ what }) => what === 'canary')
  }

  it('tells when the canary passed, and fails when it failed or missed two turns', async () => {
    const db = freshChain()
    const index = new ScreeningIndex(db)
    expect(await look(db.name, times[0])).toMatchObject({ state: 'warn', found: 'never ran' })
    await runCanary(db, index, config, times[0])
    expect(await look(db.name, times[2])).toMatchObject({ state: 'ok', found: `passed at ${times[0]}` })
    expect(await look(db.name, '2026-01-01T02:00:00.001Z')).toMatchObject({ state: 'fail' })
    // The same moment again makes the same transfer, whose alert stands: no new one.
    await expect(runCanary(db, index, config, times[0])).rejects.toThrow(/no new alert/)
    noteCanaryFailure(db, times[1])
    expect(await look(db.name, times[1])).toMatchObject({
      state: 'fail',
      found: `failed at ${times[1]}, last passed ${times[0]}`,
    })
    // A database of before the order was noted goes by the times.
    run(db, `delete from meta where key = 'canary_last'`)
    expect(await look(db.name, times[1])).toMatchObject({ found: expect.stringMatching(/^failed at/) })
  })

  it('does not go by a clock that was set back', async () => {
    const db = freshChain()
    const index = new ScreeningIndex(db)
    await runCanary(db, index, config, times[2])
    expect(await look(db.name, '2026-01-01T01:55:00.000Z')).toMatchObject({ state: 'ok' })
    expect(await look(db.name, times[1])).toMatchObject({
      state: 'fail',
      found: `passed at ${times[2]}, which is in the future: the clock was or is wrong`,
    })
    noteCanaryFailure(db, times[1])
    expect(await look(db.name, times[1])).toMatchObject({
      state: 'fail',
      found: `failed at ${times[1]}, last passed ${times[2]}`,
    })
  })
})
