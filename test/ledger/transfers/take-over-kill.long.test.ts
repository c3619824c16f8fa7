import { spawnSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { openLedger } from '../../../src/ledger/open.ts'
import { tempDir } from '../../temp.ts'
import { dump } from '../fixtures.ts'
import { formerDatabase, movementsOf } from './former-movements.ts'

const child = fileURLToPath(new URL('take-over-kill-child.mjs', import.meta.url))

/** Runs it until it comes to its end. @returns how often it was killed. */
function run(path: string, killAt: (kills: number) => number): number {
  for (let kills = 0; ; kills++) {
    const { status, signal, stderr } = spawnSync(process.execPath, [child, path, String(killAt(kills))])
    if (status === 0) return kills
    if (signal !== 'SIGKILL') throw new Error(`it ended with ${status}: ${stderr}`)
  }
}

/** All that a database holds but its epoch, which is random: each gets one of its own when it is brought up to date. */
function stateOf(path: string) {
  const db = openLedger(path, { create: false })
  const { meta = [], ...tables } = dump(db)
  db.close()
  return { ...tables, meta: (meta as { key: string }[]).filter(({ key }) => key !== 'epoch') }
}

it('a database that is killed while it is brought up to date ends like one that never was, wherever the kills fall', () => {
  const start = formerDatabase(3_000)
  const folder = tempDir()
  const [quiet, killed] = [join(folder, 'quiet.db'), join(folder, 'killed.db')]
  for (const path of [quiet, killed]) copyFileSync(start, path)
  expect(run(quiet, () => 0)).toBe(0)
  // In the first statements, then ever deeper: within a chunk, between two, and in the migrations around them.
  expect(run(killed, (kills) => (kills < 30 ? kills + 1 : 2 ** (kills - 26)))).toBeGreaterThan(35)
  expect(stateOf(killed)).toEqual(stateOf(quiet))
})

it('a large one keeps all of its movements over a kill', () => {
  const path = formerDatabase(120_000)
  const before = new Database(path, { readonly: true })
  const former = movementsOf(before)
  before.close()
  expect(former.transfers?.rows).toBeGreaterThan(150_000)
  expect(run(path, (kills) => (kills === 0 ? 700_000 : 0))).toBe(1)
  const db = openLedger(path, { create: false })
  expect(movementsOf(db)).toEqual(former)
  db.close()
})
