import { renameSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { FileListConfig } from '../../src/config/lists.ts'
import { readChecks } from '../../src/ledger/lists/list-checks.ts'
import { keysInForce } from '../../src/ledger/lists/list-entries.ts'
import { whileBusy } from '../../src/ledger/write-turns.ts'
import { loadLists } from '../../src/lists/load-lists.ts'
import { watchListFiles } from '../../src/lists/watch-files.ts'
import { freshLedger } from '../ledger/fixtures.ts'
import { tempDir } from '../temp.ts'
import { csvList } from './list-server.ts'
import { rememberingLog } from './remembering-log.ts'

const now = () => '2026-01-01T12:00:00.000Z'

/** A list of three addresses that is loaded, and watched at short intervals. */
async function watching() {
  const dir = tempDir()
  const file = join(dir, 'house.csv')
  writeFileSync(file, csvList(3))
  const house: FileListConfig = {
    ...{ id: 'house', format: 'csv', file, maxAgeMs: null, maxIssueAgeMs: null, guard: { maxRemoved: 0.05 } },
  }
  const db = freshLedger(join(dir, 'ledger.db'))
  const { log, lines } = rememberingLog()
  whileBusy.longestMs = 0
  onTestFinished(() => {
    whileBusy.longestMs = 30_000
  })
  const beside = freshLedger(join(dir, 'ledger.db'))
  const start = () => {
    const stop = watchListFiles(db, [house], log, now, loadLists(db, [house], log, now), 50)
    onTestFinished(stop)
  }
  const errors = () => lines.filter((line) => line.startsWith('error'))
  return { db, beside, file, start, errors, log, house }
}

describe('a file that can not be loaded', () => {
  it('is tried again when the database was busy, without having changed', async () => {
    const { db, beside, file, start, errors } = await watching()
    start()
    await vi.waitFor(() => expect([...keysInForce(db, 'house')].length).toBe(3))
    beside.exec('begin immediate')
    writeFileSync(file, csvList(4))
    await vi.waitFor(() => expect(errors().length).toBeGreaterThan(1), { timeout: 5_000 })
    expect(errors()[0]).toContain('another process has held the write lock')
    beside.exec('rollback')
    await vi.waitFor(() => expect([...keysInForce(db, 'house')].length).toBe(4), { timeout: 5_000 })
  })

  it('is tried again when that was so at the start', async () => {
    const { db, beside, file, start, log, house, errors } = await watching()
    await loadLists(db, [house], log, now)
    writeFileSync(file, csvList(4))
    beside.exec('begin immediate')
    start()
    await vi.waitFor(() => expect(errors().length).toBeGreaterThan(0), { timeout: 5_000 })
    beside.exec('rollback')
    await vi.waitFor(() => expect([...keysInForce(db, 'house')].length).toBe(4), { timeout: 5_000 })
  })

  it('is not read over and over when it is no list, but when it changes', async () => {
    const { db, file, start } = await watching()
    start()
    await vi.waitFor(() => expect([...keysInForce(db, 'house')].length).toBe(3))
    writeFileSync(file, 'no list')
    const rejections = () =>
      readChecks(db, 'house', 99).filter(({ outcome }) => outcome === 'rejected').length
    await vi.waitFor(() => expect(rejections()).toBe(2), { timeout: 5_000 })
    // Far longer than the next try would be away.
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(rejections()).toBe(2)
    writeFileSync(file, csvList(5))
    await vi.waitFor(() => expect([...keysInForce(db, 'house')].length).toBe(5), { timeout: 5_000 })
  })
})

describe('the files of lists', () => {
  it('are loaded again when another of the same size and time is put in their place', async () => {
    const { db, file, start } = await watching()
    const time = new Date('1970-01-01T00:00:01.000Z')
    utimesSync(file, time, time)
    start()
    await vi.waitFor(() => expect([...keysInForce(db, 'house')].length).toBe(3))
    const other = csvList(3).replaceAll('0x00', '0xff')
    const beside = `${file}.new`
    writeFileSync(beside, other)
    utimesSync(beside, time, time)
    renameSync(beside, file)
    await vi.waitFor(() => expect([...keysInForce(db, 'house')][0]).toContain(':ff'), { timeout: 5_000 })
  })

  it('that change while other lists are still being loaded for the first time are loaded again', async () => {
    const dir = tempDir()
    const file = join(dir, 'house.csv')
    writeFileSync(file, csvList(3))
    const house: FileListConfig = {
      ...{
        id: 'house',
        format: 'csv',
        file,
        maxAgeMs: null,
        maxIssueAgeMs: null,
        guard: { maxRemoved: 0.05 },
      },
    }
    const db = freshLedger(join(dir, 'ledger.db'))
    const { log } = rememberingLog()
    let othersAreThere = () => {}
    const others = new Promise<string[]>((resolve) => {
      othersAreThere = () => resolve([])
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
    expect([...keysInForce(db, 'house')].length).toBe(3)
    othersAreThere()
    await vi.waitFor(() => expect([...keysInForce(db, 'house')].length).toBe(4), {
      timeout: 10_000,
      interval: 50,
    })
  })
})
