import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { pinChain } from '../../src/ledger/blocks/chain.ts'
import { all, inTransaction, run } from '../../src/ledger/database.ts'
import { createGroupCommit } from '../../src/ledger/group-commit.ts'
import { openLedger } from '../../src/ledger/open.ts'
import { writeScreenings } from '../../src/ledger/screenings.ts'
import { inTurn } from '../../src/ledger/write-turns.ts'
import { tempDir } from '../temp.ts'
import { at, chain, commit, freshLedger, listedDeposit, ref, screened } from './fixtures.ts'

const child = fileURLToPath(new URL('./group-commit-child.mjs', import.meta.url))

const note = (db: ReturnType<typeof freshLedger>, key: string) =>
  run(db, 'insert into meta (key, value) values (?, ?)', key, key)
const noted = (db: ReturnType<typeof freshLedger>) =>
  all<{ key: string }>(db, `select key from meta where key like 'k_' or key like 'k__' order by key`).map(
    ({ key }) => key,
  )

describe('writes of many at once', () => {
  it('share a commit, in the order of the calls, and are on the disk when they are answered', async () => {
    const path = join(tempDir(), 'ledger.db')
    const db = openLedger(path)
    const other = openLedger(path)
    const commits: number[] = []
    const group = createGroupCommit(db, { onCommit: (works) => commits.push(works), budgetMs: 10_000 })
    const keys = Array.from({ length: 50 }, (_, index) => `k${String(index).padStart(2, '0')}`)
    const answered = await Promise.all(
      keys.map(async (key) => {
        await group.write(() => note(db, key))
        return noted(other).includes(key)
      }),
    )
    expect(answered).toEqual(keys.map(() => true))
    expect(commits).toEqual([50])
    expect(db.pragma('synchronous', { simple: true })).toBe(2)
    expect(all(db, `select key from meta where key like 'k%' order by key`)).toEqual(
      keys.map((key) => ({ key })),
    )
    for (const each of [db, other]) each.close()
  })

  it('that fail undo what they wrote, and nothing of the others', async () => {
    const db = freshLedger()
    const group = createGroupCommit(db)
    const fails = group.write(() => {
      note(db, 'k2')
      throw new Error('not so')
    })
    const [one, two, three] = await Promise.allSettled([
      group.write(() => inTransaction(db, () => note(db, 'k1'))),
      fails,
      group.write(() => note(db, 'k3')),
    ])
    expect([one.status, two.status, three.status]).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(two).toMatchObject({ reason: new Error('not so') })
    expect(noted(db)).toEqual(['k1', 'k3'])
  })

  it('are not answered where the disk is full, and none of them is stored', async () => {
    const db = freshLedger()
    const pages = db.pragma('page_count', { simple: true }) as number
    db.pragma(`max_page_count = ${pages + 2}`)
    const group = createGroupCommit(db)
    const large = () =>
      writeScreenings(db, { request: 'r', at, actor: 'ann', via: 'api', note: null }, [
        {
          ...{ reference: null, chain: null, asset: null, address: 'x'.repeat(100_000), key: null },
          ...{ family: null, verdict: 'clear', reason: null, matches: [], revision: 0, lists: [] },
        },
      ])
    const ends = await Promise.allSettled([group.write(() => note(db, 'k1')), group.write(large)])
    for (const end of ends) expect(end).toMatchObject({ reason: { code: 'database-disk' } })
    expect(noted(db)).toEqual([])
    await group.write(() => note(db, 'k9'))
    expect(noted(db)).toEqual(['k9'])
  })

  it('gather while another commit is under way, and leave others their turn', async () => {
    const db = freshLedger()
    const commits: number[] = []
    const group = createGroupCommit(db, { budgetMs: 0, onCommit: (works) => commits.push(works) })
    const writes = ['k1', 'k2', 'k3'].map((key) => group.write(() => note(db, key)))
    await inTurn(db, () => note(db, 'k0'))
    await Promise.all(writes)
    expect(commits).toEqual([1, 1, 1])
    expect(noted(db)).toEqual(['k0', 'k1', 'k2', 'k3'])
  })
})

describe('a server that is killed', () => {
  it.each([
    [1, 'answered'],
    [45, 'answered'],
    [333, 'writing'],
  ])('has stored everything that it answered: after %i answers, %s', (count, when) => {
    const path = join(tempDir(), 'ledger.db')
    const first = openLedger(path)
    pinChain(first, chain, '0xgenesis', at)
    commit(first, [screened(ref(7), [listedDeposit('0x1')])])
    const [alert] = all<{ id: string }>(first, 'select id from alerts')
    first.close()
    const { stdout, signal } = spawnSync(process.execPath, [
      ...[child, path, alert?.id ?? '', String(count), when],
    ])
    expect(signal).toBe('SIGKILL')
    const answered = stdout.toString().trim().split('\n')
    expect(answered.length).toBeGreaterThanOrEqual(count)
    const db = openLedger(path)
    const stored = new Set(
      all<{ text: string }>(
        db,
        `select 'screening ' || reference as text from screenings
         union all select 'decision ' || note from alert_events where kind = 'acknowledged'
         union all select 'audit ' || note from audit`,
      ).map(({ text }) => text),
    )
    db.close()
    expect(answered.filter((text) => !stored.has(text))).toEqual([])
    const audited = [...stored].filter((text) => text.startsWith('audit '))
    expect(audited).toHaveLength([...stored].filter((text) => text.startsWith('decision ')).length)
  })
})
