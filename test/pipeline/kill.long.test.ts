import { spawnSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openLedgerForReading } from '../../src/ledger/open.ts'
import { tempDir } from '../temp.ts'

const child = fileURLToPath(new URL('./kill-child.mjs', import.meta.url))
const phases = ['list', 'own', 'follow', 'wait', 'newer-list', 'reorg', 'waited', 'replay'] as const

const first = `address\n0x${'b'.repeat(40)}\n`
const second = `${first}0x${'d'.repeat(40)}\n`

/** Numbers from a seed, from 0 up to 1 (mulberry32, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Runs a phase until it ends by itself, killing it before the statement that `nextKill` names; 0 = not at all. */
function runPhase(path: string, phase: string, nextKill: () => number): number {
  for (let kills = 0; ; kills++) {
    const { status, signal, stderr } = spawnSync(process.execPath, [child, path, phase, String(nextKill())])
    if (status === 0) return kills
    if (signal !== 'SIGKILL') throw new Error(`${phase} ended with ${status}: ${stderr}`)
  }
}

function database(): string {
  const path = join(tempDir(), 'ledger.db')
  writeFileSync(`${path}.first.csv`, first)
  writeFileSync(`${path}.second.csv`, second)
  return path
}

/** Columns that hold a time of the day, or the number of a row that another row's story may have taken. */
const clocks = new Set([
  'at',
  'updated_at',
  'created_at',
  'activated_at',
  'content_since',
  'imported_at',
  'checked_at',
  'added_at',
  'started_at',
  'finished_at',
  'polled_at',
  'first_sequence',
])

/**
 * All rows of all tables, apart from times, the daemon's pid and the mark of a load. Steps are cut where blocks happen to be ready, and
 * so the events of several alerts may interleave: each alert's own story is compared.
 */
function endState(path: string): Record<string, unknown> {
  const db = openLedgerForReading(path)
  const tables = db
    .prepare(`select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name`)
    .pluck()
    .all() as string[]
  const rows = (table: string) =>
    (db.prepare(`select * from ${table}`).all() as Record<string, unknown>[])
      .filter(({ key }) => !['daemon_pid', 'daemon_heartbeat', 'own_loaded', 'epoch'].includes(String(key)))
      .map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => !clocks.has(column))))
  const state: Record<string, unknown> = Object.fromEntries(tables.map((table) => [table, rows(table)]))
  state.alert_events = db
    .prepare('select alert_id, kind, actor, note, data from alert_events order by alert_id, seq')
    .all()
  // Their sequence and id come from the moment.
  state.outbox = db.prepare('select type, chain, data from outbox order by type, chain, data').all()
  // A replay that was killed leaves a row for what it had done by then; the last one is whole.
  state.coverage = rows('coverage').filter(({ kind }) => kind === 'follow')
  state.replayed = db
    .prepare(`select from_height, to_height, level, list_revision, own_revision, digest from coverage
      where kind = 'replay' order by id desc limit 2`)
    .all()
  db.close()
  state.archived = readdirSync(`${path}.snapshots`).filter((name) => name.endsWith('.gz'))
  return state
}

describe('a daemon that is killed', () => {
  it('ends with the database of one that never was, wherever the kills fall', () => {
    const [quiet, killed] = [database(), database()]
    for (const phase of phases) runPhase(quiet, phase, () => 0)
    const random = randomOf(20_251_119)
    let kills = 0
    for (const phase of phases) {
      // Wider and wider apart, so that a phase ends in the end: the first fall into opening, the last far into the work.
      let reach = 20
      kills += runPhase(killed, phase, () => {
        reach = Math.ceil(reach * 1.6)
        return 1 + Math.floor(random() * reach)
      })
    }
    expect(kills).toBeGreaterThan(20)
    const expected = endState(quiet)
    expect(expected.alerts).toHaveLength(38)
    expect(endState(killed)).toEqual(expected)
    const waited = expected.pending_transactions as { hash: string; state: string }[]
    expect(waited.map(({ hash, state }) => `${hash} ${state}`)).toEqual([
      'gone gone',
      'lost gone',
      'only-b39 mined',
    ])
  }, 240_000)
})
