import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import type { SinkConfig } from '../../src/config/delivery.ts'
import { startDelivery } from '../../src/delivery/start-delivery.ts'
import type { Envelope } from '../../src/events/shapes.ts'
import { all } from '../../src/ledger/database.ts'
import { openLedger } from '../../src/ledger/open.ts'
import { rememberingLog } from '../lists/remembering-log.ts'
import { hasNats, storedIn, testNats } from '../nats/server.ts'
import { hasPostgres, testDatabase } from '../postgres/cluster.ts'
import { tempDir } from '../temp.ts'
import { postgresSink } from './interrupt-postgres.ts'
import { receiver } from './receiver.ts'
import { natsSink } from './restart-nats.ts'

const child = fileURLToPath(new URL('./kill-child.mjs', import.meta.url))

/** One more sink that is delivered to. */
interface OtherSink {
  config: SinkConfig
  /** The sequences of what it has, in its order. Each must be there once. */
  stored(): Promise<number[]>
}

/** Kills it so often for a webhook and a file, and `others` times with each other sink that is here. */
export function describeKills(times: number, others: number, limitMs: number): void {
  it('loses nothing', () => killWhileDelivering(times, Math.random), limitMs)

  it.skipIf(!hasNats)(
    'loses nothing to NATS either, and doubles nothing',
    async () => {
      const { url } = await testNats()
      const stored = async () =>
        (await storedIn(url, 'CHAINSCREEN')).map(({ event: { sequence } }) => sequence)
      await killWhileDelivering(others, Math.random, { config: natsSink(url), stored })
    },
    limitMs,
  )

  it.skipIf(!hasPostgres)(
    'loses nothing to PostgreSQL either, and doubles nothing',
    async () => {
      const { url, query } = await testDatabase()
      const text = 'select daemon_sequence from chainscreen.events order by sequence'
      const stored = async () => (await query(text)).map((row) => Number(row.daemon_sequence))
      await killWhileDelivering(others, Math.random, { config: postgresSink(url), stored })
    },
    limitMs,
  )
}

/** Kills a process that delivers, so often, and holds what arrived against what happened: each at least once, the first times in order. */
export async function killWhileDelivering(
  times: number,
  random: () => number,
  other?: OtherSink,
): Promise<void> {
  const dir = tempDir()
  const [path, file] = [join(dir, 'ledger.db'), join(dir, 'events.jsonl')]
  const hook = await receiver(() => ({ status: 204 }))
  const every = { events: ['*'], from: 'start' as const }
  const secrets = [`whsec_${Buffer.alloc(32, 1).toString('base64')}`]
  const sinks: SinkConfig[] = [
    { ...every, id: 'log', type: 'jsonl', file },
    { ...every, id: 'hook', type: 'webhook', url: hook.url, secrets, allowPrivate: true },
    ...(other === undefined ? [] : [other.config]),
  ]
  for (let time = 0; time < times; time++) {
    const running = spawn(process.execPath, [child, path, JSON.stringify(sinks)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(running.stdout, 'data')
    await setTimeout(20 + random() * 300)
    running.kill('SIGKILL')
    await once(running, 'exit')
  }
  const db = openLedger(path)
  await startDelivery(db, sinks, { log: rememberingLog().log }).stop({ finish: true })
  const happened = all<{ sequence: number }>(db, 'select sequence from outbox order by sequence')
  db.close()
  const expected = happened.map(({ sequence }) => sequence)
  expect(expected.length).toBeGreaterThan(times)
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  const written = lines.flatMap((line) => {
    try {
      return [(JSON.parse(line) as Envelope).sequence]
    } catch {
      // What a kill cut off; the whole line comes after it.
      return []
    }
  })
  expect([...new Set(written)]).toEqual(expected)
  const posted = new Map(hook.got.map(({ event }) => [event.sequence, event.id]))
  expect([...posted.keys()].sort((a, b) => a - b)).toEqual(expected)
  if (other !== undefined) expect(await other.stored()).toEqual(expected)
}
