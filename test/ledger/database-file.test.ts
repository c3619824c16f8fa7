import { copyFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { one, run } from '../../src/ledger/database.ts'
import { type DatabaseFileWatch, watchDatabaseFile } from '../../src/ledger/database-file.ts'
import { openLedger } from '../../src/ledger/open.ts'
import { tempDir } from '../temp.ts'
import { at } from './fixtures.ts'

function watched() {
  const path = join(tempDir(), 'ledger.db')
  const db = openLedger(path)
  const watch = watchDatabaseFile(db, () => at, { checkEveryMs: 5 })
  onTestFinished(async () => {
    await watch.stop()
    db.close()
  })
  return { path, db, watch }
}

const heartbeat = `select value from meta where key = 'daemon_heartbeat'`

const reasonOf = (watch: DatabaseFileWatch) => watch.lost.catch((error: unknown) => error)

describe('the file of a database that a daemon has open', () => {
  it('is taken for lost when it is deleted', async () => {
    const { path, watch } = watched()
    rmSync(path)
    expect(await reasonOf(watch)).toMatchObject({
      code: 'database-lost',
      message: expect.stringContaining(`${path} was deleted or moved away`),
    })
    expect(watch.signal.aborted).toBe(true)
  })

  it('is taken for lost when it is moved, and another one stands in its place', async () => {
    const { path, watch } = watched()
    const other = join(tempDir(), 'other.db')
    openLedger(other).close()
    renameSync(path, `${path}.old`)
    copyFileSync(other, path)
    expect(await reasonOf(watch)).toMatchObject({ message: expect.stringContaining(`${path} was replaced`) })
  })

  it('is taken for lost when its write-ahead log is deleted: what stands there alone would be gone', async () => {
    const { path, watch } = watched()
    rmSync(`${path}-wal`)
    expect(await reasonOf(watch)).toMatchObject({
      message: expect.stringContaining(`${path}-wal was deleted or moved away`),
    })
  })

  it('is taken for lost when a backup is restored into it', async () => {
    const { path, db, watch } = watched()
    await expect.poll(() => one(db, heartbeat)).toBeDefined()
    const beside = openLedger(path)
    run(beside, `update meta set value = 'of another daemon' where key = 'daemon_heartbeat'`)
    beside.close()
    expect(await reasonOf(watch)).toMatchObject({
      message: expect.stringContaining('its content was replaced'),
    })
  })

  it('is well while other processes read, write and check it', async () => {
    const { path, db, watch } = watched()
    await expect.poll(() => one(db, heartbeat)).toBeDefined()
    for (let round = 0; round < 3; round++) {
      const beside = openLedger(path)
      run(beside, `update meta set value = ? where key = 'list_revision'`, String(round))
      beside.pragma('wal_checkpoint(TRUNCATE)')
      beside.close()
    }
    await watch.stop()
    expect(watch.signal.aborted).toBe(false)
  })
})
