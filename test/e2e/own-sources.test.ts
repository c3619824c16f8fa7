import { appendFileSync, cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { runDaemon } from '../../src/daemon.ts'
import { rememberingLog } from '../lists/remembering-log.ts'
import { hasPostgres, testDatabase } from '../postgres/cluster.ts'
import { single } from '../threads/single.ts'
import { type DemoFamily, demoFile, demoLists, playDemoNode } from './demo-chain.ts'
import { loadedProject, type Project } from './project.ts'

const ownFile = (family: DemoFamily) => demoFile(`demo-${family}.own.csv`)

/** The recorded blocks are years old. */
const lookback = '3650d'

/** A user who followed a recorded chain to its head without own addresses, and what one finds who knew them from the start. */
async function late(family: DemoFamily) {
  const { chain } = await playDemoNode(family)
  const always = await loadedProject({ lists: demoLists, chains: [chain] })
  await always.own(ownFile(family))
  await always.follow()
  const user = await loadedProject({ lists: demoLists, chains: [chain] })
  await user.follow()
  expect(user.query('select * from alerts')).toEqual([])
  return { user, expected: alerts(always), chain }
}

/** The daemon with the project's config, in this process. */
function startDaemon(user: Project, threads: boolean) {
  const stop = new AbortController()
  const { log, lines } = rememberingLog()
  const loaded = loadConfig(user.config)
  const ended = runDaemon(threads ? loaded : single(loaded), { once: false, signal: stop.signal, log })
  ended.catch(() => {})
  const end = async () => {
    stop.abort()
    await ended
  }
  onTestFinished(end)
  return { lines, end }
}

const patience = { timeout: 120_000, interval: 50 }

const alerts = (user: Project) =>
  user.query('select id, status, level, role, block_hash from alerts order by id')

describe.each(['evm', 'bitcoin'] as const)('a watched file of own addresses of %s', (family) => {
  it('finds with --once what one finds who knew them from the start', async () => {
    const { user, expected, chain } = await late(family)
    const own = [{ id: 'wallets', type: 'file', file: ownFile(family), lookback }]
    user.configure({ lists: demoLists, chains: [chain], own })
    await user.follow()
    expect(expected.length).toBeGreaterThan(0)
    expect(alerts(user)).toEqual(expected)
    expect((await user.run('coverage')).stdout).not.toContain('registered later')
    expect(user.query('select state from replays')).toEqual([{ state: 'done' }])
  })
})

describe.skipIf(!hasPostgres)("the exchange's database of own addresses", () => {
  it('is read by the daemon, which rescans for what is new, and says where a list names it', async () => {
    const { user, expected, chain } = await late('evm')
    const database = await testDatabase()
    await database.query('create table wallets (seq bigserial, address text, kind text, reference text)')
    const insert = (row: string[]) =>
      database.query('insert into wallets (address, kind, reference) values ($1, $2, $3)', row)
    const query = 'select address, kind, reference, seq from wallets where seq > $1'
    const own = [{ id: 'exchange', type: 'postgres', url: database.url, query, every: '1s', lookback }]
    user.configure({ lists: demoLists, chains: [chain], own })
    const daemon = startDaemon(user, false)
    await vi.waitFor(
      () => expect(user.query('select 1 from own_sources where loaded_at is not null')).toHaveLength(1),
      patience,
    )
    const rows = readFileSync(ownFile('evm'), 'utf8').trim().split('\n').slice(1)
    for (const row of rows) await insert(row.split(',').slice(0, 3))
    await vi.waitFor(() => expect(alerts(user)).toEqual(expected), patience)
    const [listed = ''] = user
      .query<{ address: string }>(
        `select address from list_entries where family = 'evm' and removed_on is null`,
      )
      .map(({ address }) => address)
    await insert([listed, 'cold', 'ours'])
    const ownAlerts = () => user.query(`select own_address from alerts where role = 'own'`)
    await vi.waitFor(() => expect(ownAlerts()).toEqual([{ own_address: listed }]), patience)
    await daemon.end()
    expect(daemon.lines.join('\n')).not.toContain(database.password)
  })
})

it('a file that changes beside the running daemon is loaded by it', async () => {
  const user = await loadedProject({ lists: demoLists, chains: [] })
  const file = join(user.dir, 'own.csv')
  cpSync(ownFile('evm'), file)
  user.configure({ lists: demoLists, chains: [], own: [{ id: 'wallets', type: 'file', file: './own.csv' }] })
  startDaemon(user, true)
  const count = () => user.query<{ n: number }>('select count(*) as n from own_addresses')[0]?.n ?? 0
  await vi.waitFor(() => expect(count()).toBeGreaterThan(0), patience)
  const before = count()
  appendFileSync(file, `0x${'9'.repeat(40)},deposit,new\n`)
  await vi.waitFor(() => expect(count()).toBe(before + 1), patience)
})
