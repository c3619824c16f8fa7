import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { FileListConfig } from '../../src/config/lists.ts'
import { keysInForce } from '../../src/ledger/list-entries.ts'
import { loadLists } from '../../src/lists/load-lists.ts'
import { watchListFiles } from '../../src/lists/watch-files.ts'
import { freshLedger } from '../ledger/fixtures.ts'
import { tempDir } from '../temp.ts'
import { csvList } from './list-server.ts'
import { rememberingLog } from './remembering-log.ts'

const now = () => '2026-01-01T12:00:00.000Z'

describe('the files of lists', () => {
  it('that change while other lists are still being loaded for the first time are loaded again', async () => {
    const dir = tempDir()
    const file = join(dir, 'house.csv')
    writeFileSync(file, csvList(3))
    const house: FileListConfig = {
      ...{ id: 'house', format: 'csv', file, maxAgeMs: null, guard: { maxRemoved: 0.05 } },
    }
    const db = freshLedger(join(dir, 'ledger.db'))
    const { log } = rememberingLog()
    let othersAreThere = () => {}
    const others = new Promise<void>((resolve) => {
      othersAreThere = resolve
    })
    const first = loadLists(db, [house], log, now)
    const stop = watchListFiles(
      db,
      [house],
      log,
      now,
      first.then(() => others),
    )
    onTestFinished(stop)
    await first
    writeFileSync(file, csvList(4))
    await new Promise((resolve) => setTimeout(resolve, 5_000))
    expect(keysInForce(db, 'house').size).toBe(3)
    othersAreThere()
    await vi.waitFor(() => expect(keysInForce(db, 'house').size).toBe(4), { timeout: 10_000, interval: 50 })
  })
})
