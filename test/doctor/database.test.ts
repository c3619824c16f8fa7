import { closeSync, linkSync, openSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createReplayNode } from '../../src/chains/recording/replay-node.ts'
import { configSchema } from '../../src/config/schema.ts'
import { checkDatabaseFile } from '../../src/doctor/database.ts'
import { examine } from '../../src/doctor/doctor.ts'
import { noteHalt, pinChain } from '../../src/ledger/blocks/chain.ts'
import { at, chain } from '../ledger/fixtures.ts'
import { openTestLedger } from '../ledger/template.ts'
import { tempDir } from '../temp.ts'

function ledgerFile(): string {
  const path = join(tempDir(), 'ledger.db')
  const db = openTestLedger(path)
  const insert = db.prepare('insert into meta (key, value) values (?, ?)')
  db.transaction(() => {
    for (let row = 0; row < 2_000; row++) insert.run(`filler ${row}`, 'x'.repeat(40))
  })()
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
  return path
}

/** As a failing disk leaves it: some pages in the middle hold other bytes. */
function damage(path: string): void {
  const pageBytes = 4_096
  const pages = statSync(path).size / pageBytes
  const file = openSync(path, 'r+')
  const junk = Buffer.alloc(pageBytes, 0xa5)
  for (let page = pages - 10; page < pages; page++) writeSync(file, junk, 0, pageBytes, page * pageBytes)
  closeSync(file)
}

describe('doctor', () => {
  it.each([{ deep: false }, { deep: true }])('finds a sound database sound: %j', (options) => {
    const path = ledgerFile()
    expect(checkDatabaseFile(path, options).find(({ what }) => what === 'database')).toEqual({
      ...{ what: 'database', state: 'ok', found: path, advice: null },
    })
  })

  it.each([{ deep: false }, { deep: true }])('says that pages are damaged, and what to do: %j', (options) => {
    const path = ledgerFile()
    damage(path)
    expect(checkDatabaseFile(path, options)).toEqual([
      {
        ...{ what: 'database', state: 'fail' },
        found: expect.stringMatching(/is damaged/),
        advice: expect.stringContaining('restore the last backup'),
      },
    ])
  })

  it('fails on a database that has a hard link, and does not open it', async () => {
    const path = ledgerFile()
    linkSync(path, `${path}.other`)
    const fault = { state: 'fail', found: expect.stringContaining('has 2 names (hard links to inode ') }
    expect(checkDatabaseFile(path, { deep: false })).toMatchObject([fault])
    const config = configSchema.parse({ database: path })
    expect((await examine(config, at)).filter(({ what }) => what === 'database')).toMatchObject([fault])
  })

  it('calls a database that somebody writes to writable', () => {
    const path = ledgerFile()
    const db = openTestLedger(path)
    db.exec('begin immediate')
    expect(checkDatabaseFile(path, { deep: false, busyTimeoutMs: 10 })[0]).toMatchObject({ state: 'ok' })
    db.exec('rollback')
    db.close()
  })

  it('knows of a chain that halted, until it is followed again', async () => {
    const path = ledgerFile()
    const db = openTestLedger(path)
    pinChain(db, chain, '0x0', at)
    const config = configSchema.parse({
      database: path,
      chains: [
        { id: chain.id, type: 'evm', chainId: 1, rpc: ['http://127.0.0.1:9'], start: 0, timeout: '1s' },
      ],
    })
    const halts = async () =>
      (await examine(config, at)).filter(({ found }) => found.startsWith('halted')).map(({ found }) => found)
    noteHalt(db, chain.id, 'a reorg below final', at)
    expect(await halts()).toEqual([`halted at ${at}: a reorg below final`])
    noteHalt(db, chain.id, null, at)
    expect(await halts()).toEqual([])
    db.close()
  })

  it('refuses a node of another genesis, as `run` does', async () => {
    const recording = new URL('../../data/chains/demo-bitcoin.recording.jsonl.gz', import.meta.url).pathname
    const node = await createReplayNode(recording, { view: 1 })
    const path = ledgerFile()
    const db = openTestLedger(path)
    pinChain(db, { ...chain, id: 'bitcoin', caip2: 'bip122:00' }, 'ab'.repeat(32), at)
    db.close()
    const config = configSchema.parse({
      database: path,
      chains: [{ id: 'bitcoin', type: 'bitcoin', network: 'regtest', rpc: [node.url], start: 0 }],
    })
    const checkups = await examine(config, at)
    await node.close()
    expect(checkups.find(({ what }) => what === 'chain bitcoin')).toMatchObject({
      state: 'fail',
      found: expect.stringContaining('the database knows bitcoin as bip122:00'),
    })
  })
})
