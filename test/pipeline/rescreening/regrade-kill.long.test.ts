import { spawnSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openLedger } from '../../../src/ledger/open.ts'
import { dump } from '../../ledger/fixtures.ts'
import { tempDir } from '../../temp.ts'
import { assetsOf, dai, ledger, pays, usdt } from './regrade-fixtures.ts'

const child = fileURLToPath(new URL('./regrade-kill-child.mjs', import.meta.url))

describe('a daemon that is killed while it grades anew', () => {
  it('leaves what the next one ends like one that never was killed, wherever the kills fall', async () => {
    const folder = tempDir()
    const start = join(folder, 'start.db')
    const { db, follow } = await ledger({}, start)
    for (let height = 7; height < 15; height++)
      follow(height, { logs: [pays(usdt, 1), pays(dai, 2), pays(usdt, 3)] })
    db.close()
    const [quiet, killed] = [join(folder, 'quiet.db'), join(folder, 'killed.db')]
    for (const path of [quiet, killed]) copyFileSync(start, path)
    const run = (path: string, killAt: (kills: number) => number): number => {
      for (let kills = 0; ; kills++) {
        const { status, signal, stderr } = spawnSync(process.execPath, [
          ...[child, path, JSON.stringify(assetsOf({ [usdt]: 'USDT:6' })), String(killAt(kills))],
        ])
        if (status === 0) return kills
        if (signal !== 'SIGKILL') throw new Error(`it ended with ${status}: ${stderr}`)
      }
    }
    const stateOf = (path: string) => {
      const ledger = openLedger(path)
      const state = dump(ledger)
      ledger.close()
      return state
    }
    run(quiet, () => 0)
    const expected = stateOf(quiet)
    expect(expected.regrades).toMatchObject([{ state: 'done', transfers: 16, regraded: 8, created: 16 }])
    expect(run(killed, (before) => 10 + before * 30)).toBeGreaterThan(6)
    expect(stateOf(killed)).toEqual(expected)
  })
})
