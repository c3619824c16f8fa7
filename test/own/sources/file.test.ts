import { appendFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { parseAddress } from '../../../src/address/parse.ts'
import type { ChainConfig } from '../../../src/config/chains.ts'
import { readAudit } from '../../../src/ledger/audit.ts'
import { all } from '../../../src/ledger/database.ts'
import { openLedger } from '../../../src/ledger/open.ts'
import { pendingLookback } from '../../../src/ledger/own/lookbacks.ts'
import { retireOwnAddresses } from '../../../src/ledger/own/own-addresses.ts'
import { ownSourceHealth } from '../../../src/ledger/own/own-source-health.ts'
import { readOwnSource } from '../../../src/ledger/own/own-sources.ts'
import { loadFile } from '../../../src/own/sources/load-file.ts'
import { tempDir } from '../../temp.ts'
import { address, day, owned, references, watched } from './fixtures.ts'

const header = 'address,kind,reference\n'
const row = (n: number, reference: string) => `${address(n)},deposit,${reference}\n`

function ownFile(text = header + row(1, 'a')) {
  const file = join(tempDir(), 'own.csv')
  writeFileSync(file, text)
  return { file, source: { id: 'wallets', type: 'file', file } }
}

describe('own addresses from a watched file', () => {
  it('are loaded at the start, and when the file grows or another is put in its place', async () => {
    const { file, source } = ownFile()
    const daemon = watched([source])
    await daemon.start().loaded
    expect(owned(daemon.db)).toEqual([{ address: address(1), kind: 'deposit', reference: 'a', chain: '' }])
    appendFileSync(file, row(2, 'b'))
    await vi.waitFor(() => expect(references(daemon.db)).toEqual(['a', 'b']), 10_000)
    writeFileSync(`${file}.new`, header + row(3, 'c'))
    renameSync(`${file}.new`, file)
    await vi.waitFor(() => expect(references(daemon.db)).toEqual(['a', 'b', 'c']), 10_000)
    expect(readAudit(daemon.db).map(({ actor, action, target }) => [actor, action, target])).toEqual(
      Array(3).fill(['chainscreen', 'own.imported', 'wallets']),
    )
  })

  it('are loaded all or none: a bad row is reported until it is repaired, and what was loaded stays', async () => {
    const { file, source } = ownFile()
    const daemon = watched([source])
    await daemon.start().loaded
    writeFileSync(file, `${header + row(2, 'b')}nonsense,deposit,c\n`)
    const health = () => ownSourceHealth(daemon.db, ['wallets'], `${day}12:30:00.000Z`)[0]?.problem
    await vi.waitFor(() => expect(health()).toContain('own.csv has 1 bad row of 2'), 10_000)
    expect(references(daemon.db)).toEqual(['a'])
    writeFileSync(file, header + row(2, 'b'))
    await vi.waitFor(() => expect(references(daemon.db)).toEqual(['a', 'b']), 10_000)
    expect(health()).toBeNull()
  })

  it('with an address twice are refused with the rows, and what stands in them is told nowhere', async () => {
    const { source } = ownFile(header + row(0xabcdef, 'client-77') + row(2, 'b') + row(0xabcdef, 'client-78'))
    const daemon = watched([source])
    await daemon.start().loaded
    expect(owned(daemon.db)).toEqual([])
    const told = [
      ...daemon.lines,
      JSON.stringify(all(daemon.db, 'select * from own_sources')),
      JSON.stringify(ownSourceHealth(daemon.db, ['wallets'], daemon.clock.now)),
    ]
    for (const text of told) expect(text).toContain('An address comes twice, in rows 2 and 4,')
    expect(told.join()).not.toMatch(/client-7|abcdef/)
  })

  it('fail with an error that is not ours without its words, which may quote a row', async () => {
    const { source } = ownFile()
    const daemon = watched([source])
    daemon.db.exec(`create trigger t before insert on own_rows begin select raise(abort, 'Jane Doe'); end`)
    await daemon.start().loaded
    const told = [...daemon.lines, JSON.stringify(all(daemon.db, 'select * from own_sources'))].join()
    expect(told).toContain('an unexpected error: SqliteError SQLITE_CONSTRAINT_TRIGGER')
    expect(told).not.toContain('Jane')
  })

  it('with a column of nationality are refused, with the rule', async () => {
    const { source } = ownFile(`address,kind,reference,nationality\n${address(1)},deposit,a,XX\n`)
    const daemon = watched([source])
    await daemon.start().loaded
    expect(owned(daemon.db)).toEqual([])
    expect(ownSourceHealth(daemon.db, ['wallets'], daemon.clock.now)[0]?.problem).toContain(
      'never acts on nationality',
    )
    expect(daemon.lines.join('\n')).not.toContain('XX')
  })

  it('are awaited where the file is not there yet', async () => {
    const { file, source } = ownFile()
    rmSync(file)
    const daemon = watched([source])
    await daemon.start().loaded
    expect(daemon.lines.join('\n')).toContain("own.csv can't be read: there is no such file")
    writeFileSync(file, header + row(1, 'a'))
    await vi.waitFor(() => expect(references(daemon.db)).toEqual(['a']), 10_000)
  })

  it('stop a start with --once where they were never loaded', async () => {
    const { file, source } = ownFile()
    rmSync(file)
    await expect(watched([source]).start(true).loaded).rejects.toMatchObject({ code: 'bad-file' })
  })

  it('stay retired, and ask for no second rescan, when the same file is loaded again', async () => {
    const { file, source } = ownFile()
    const daemon = watched([source])
    const first = daemon.start()
    await first.loaded
    await first.stop()
    const parsed = parseAddress(address(1))
    await retireOwnAddresses(daemon.db, parsed.ok ? [parsed.key] : [], daemon.clock.now)
    const asked = pendingLookback(daemon.db, 'ethereum')
    appendFileSync(file, '\n')
    await daemon.start().loaded
    expect(all(daemon.db, 'select retired_at from own_addresses')).toEqual([{ retired_at: daemon.clock.now }])
    expect(pendingLookback(daemon.db, 'ethereum')).toEqual(asked)
  })

  it('ask for a rescan of as long as lookback says, on the chains of their family', async () => {
    const { file, source } = ownFile()
    const daemon = watched([{ ...source, lookback: '2h' }])
    await daemon.start().loaded
    const since = Date.parse(`${day}10:00:00.000Z`) / 1000
    expect(pendingLookback(daemon.db, 'ethereum')).toMatchObject({ since })
    expect(pendingLookback(daemon.db, 'bitcoin')).toBeNull()
    const without = watched([{ id: 'wallets', type: 'file', file, lookback: '0s' }])
    await without.start().loaded
    expect(references(without.db)).toEqual(['a'])
    expect(pendingLookback(without.db, 'ethereum')).toBeNull()
  })

  const hours = (from: number, back: number) =>
    Date.parse(`${day}00:00:00.000Z`) / 1000 + (from - back) * 3_600

  it('ask for a rescan of the time that the file could not be read, too', async () => {
    const { file, source } = ownFile()
    const daemon = watched([{ ...source, lookback: '2h' }])
    const first = daemon.start()
    await first.loaded
    await first.stop()
    writeFileSync(file, `${header + row(2, 'b')}nonsense,deposit,c\n`)
    daemon.clock.now = '2026-03-03T12:00:00.000Z'
    const second = daemon.start()
    await second.loaded
    await second.stop()
    expect(references(daemon.db)).toEqual(['a'])
    writeFileSync(file, header + row(2, 'b'))
    daemon.clock.now = '2026-03-05T12:00:00.000Z'
    daemon.db.exec('delete from own_lookbacks')
    await daemon.start().loaded
    expect(references(daemon.db)).toEqual(['a', 'b'])
    expect(pendingLookback(daemon.db, 'ethereum')).toMatchObject({ since: hours(12, 2) })
  })

  it('ask for no longer a rescan than that where the file was there all the time', async () => {
    const { file, source } = ownFile()
    const daemon = watched([{ ...source, lookback: '2h' }])
    await daemon.start().loaded
    daemon.db.exec('delete from own_lookbacks')
    daemon.clock.now = `${day}20:00:00.000Z`
    await vi.waitFor(() => expect(readOwnSource(daemon.db, 'wallets')?.seenAt).toBe(daemon.clock.now), 10_000)
    appendFileSync(file, row(2, 'b'))
    await vi.waitFor(() => expect(references(daemon.db)).toEqual(['a', 'b']), 10_000)
    expect(pendingLookback(daemon.db, 'ethereum')).toMatchObject({ since: hours(20, 2) })
  })

  it('are loaded again where the file changed back after it was read', async () => {
    const { file, source } = ownFile()
    const { db, chains, clock } = watched([source])
    const look = async (changed: readonly ChainConfig[]) => {
      const writer = openLedger(db.name)
      const about = { db, writer, at: clock.now, signal: new AbortController().signal }
      const { added } = await loadFile(
        { ...about, chains: changed },
        { id: 'wallets', type: 'file', file, lookbackMs: 0 },
      )
      writer.close()
      return added
    }
    // Between the look at its hash and the reading, the chains of the config are asked for.
    const changing = new Proxy(chains, {
      get(target, name) {
        if (name === 'map') writeFileSync(file, header + row(2, 'b'))
        return Reflect.get(target, name)
      },
    })
    expect(await look(changing)).toBe(1)
    expect(references(db)).toEqual(['b'])
    writeFileSync(file, header + row(1, 'a'))
    expect(await look(chains)).toBe(1)
    expect(references(db)).toEqual(['a', 'b'])
    expect(await look(chains)).toBe(0)
  })
})
