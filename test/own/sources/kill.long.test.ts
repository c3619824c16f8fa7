import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { all } from '../../../src/ledger/database.ts'
import { openLedger } from '../../../src/ledger/open.ts'
import { pendingLookback } from '../../../src/ledger/own/lookbacks.ts'
import { readOwnSource } from '../../../src/ledger/own/own-sources.ts'
import { placeLedger } from '../../ledger/template.ts'
import { hasPostgres, testDatabase } from '../../postgres/cluster.ts'
import { tempDir } from '../../temp.ts'

const child = fileURLToPath(new URL('kill-child.mjs', import.meta.url))
const now = '2026-03-01T12:00:00.000Z'
/** Roughly how many places it is killed at. */
const places = 30

describe.skipIf(!hasPostgres)('a daemon that is killed while it reads own addresses', () => {
  it('has all of a read or none, and loses no address and no rescan', async () => {
    const exchange = await testDatabase()
    await exchange.query(
      `create table wallets as select n::bigint as seq, '0x' || lpad(to_hex(n), 40, '0') as address,
         'deposit' as kind, 'u-' || n as reference from generate_series(1, 20) n`,
    )
    const read = (path: string, killAt: number) => {
      const run = spawnSync(process.execPath, [child, path, exchange.url, now, String(killAt)])
      if (run.status !== 0 && run.signal !== 'SIGKILL') throw new Error(run.stderr.toString())
      const db = openLedger(path)
      const own = all<{ n: number }>(db, 'select count(*) as n from own_addresses')[0]?.n
      const position = readOwnSource(db, 'exchange')?.position ?? null
      const since = pendingLookback(db, 'ethereum')?.since ?? null
      db.close()
      return { ended: run.status === 0, statements: Number(run.stdout), own, position, since }
    }
    const fresh = () => {
      const path = join(tempDir(), 'ledger.db')
      placeLedger(path)
      return path
    }
    const whole = { ended: true, own: 20, position: 20n, since: Date.parse(now) / 1000 - 86_400 }
    const { statements, ...undisturbed } = read(fresh(), 0)
    expect(undisturbed).toEqual(whole)
    for (let killAt = 1; killAt <= statements; killAt += Math.ceil(statements / places)) {
      const path = fresh()
      const { statements: _, ended, ...killed } = read(path, killAt)
      expect(ended).toBe(false)
      expect([
        { own: 0, position: null, since: null },
        { own: 20, position: 20n, since: whole.since },
      ]).toContainEqual(killed)
      expect(read(path, 0)).toMatchObject(whole)
    }
  })
})
