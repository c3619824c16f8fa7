import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { pinChain } from '../../../src/ledger/blocks/chain.ts'
import { openLedger } from '../../../src/ledger/open.ts'
import { startRescreening } from '../../../src/pipeline/rescreening/keep-rescreening.ts'
import { at, chain, freshLedger } from '../../ledger/fixtures.ts'
import { evm, party, transfer, tx } from '../../screening/builders.ts'
import { tempDir } from '../../temp.ts'
import { activateList } from '../fixtures.ts'
import { alerts, store } from './rescreen-fixtures.ts'

function scene() {
  const path = join(tempDir(), 'ledger.db')
  const db = freshLedger(path)
  pinChain(db, chain, '0xgenesis', at)
  for (const [height, digit] of [
    [7, 'b'],
    [8, 'c'],
  ] as const) {
    store(
      db,
      height,
      tx({ hash: `0x${digit}`, transfers: [transfer({ parties: [party(evm(digit), 'source')] })] }),
    )
  }
  const said: string[] = []
  const note = (level: string) => (about: unknown, text?: unknown) =>
    void said.push(`${level} ${String(text ?? about)}`)
  const log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') }
  return { path, db, said, log }
}

describe('a daemon at work', () => {
  it('does what a crash left undone, and what another process makes necessary', async () => {
    const { path, db, said, log } = scene()
    activateList(db, [evm('b')])
    const stop = startRescreening(db, log, () => at)
    await vi.waitFor(() => expect(alerts(db)).toEqual(['0xb value source exact pending']))
    const other = openLedger(path)
    activateList(other, [evm('c')], 'house')
    other.close()
    await vi.waitFor(() => expect(alerts(db)).toHaveLength(2), { timeout: 20_000, interval: 50 })
    await stop({ finish: false })
    const told = said.map((line) => Number(/^warn (\d) alerts from stored history$/.exec(line)?.[1]))
    expect(told.reduce((sum, count) => sum + count, 0)).toBe(2)
  })

  it('that was told to finish leaves nothing undone', async () => {
    const { db, log } = scene()
    const stop = startRescreening(db, log, () => at)
    activateList(db, [evm('b')])
    await stop({ finish: true })
    expect(alerts(db)).toHaveLength(1)
  })

  it('that was told to finish leaves the rest where the signal comes', async () => {
    const { db, said, log } = scene()
    activateList(db, [evm('b')])
    db.exec(`create trigger broken before insert on alerts begin select raise(abort, 'no disk'); end`)
    const stop = startRescreening(db, log, () => at)
    await vi.waitFor(() => expect(said).toHaveLength(1))
    db.exec('drop trigger broken')
    await stop({ finish: true, signal: AbortSignal.abort() })
    expect(alerts(db)).toEqual([])
    await startRescreening(db, log, () => at)({ finish: true })
    expect(alerts(db)).toHaveLength(1)
  })

  it('says what went wrong, and tries again', async () => {
    const { db, said, log } = scene()
    activateList(db, [evm('b')])
    db.exec(`create trigger broken before insert on alerts begin select raise(abort, 'no disk'); end`)
    const stop = startRescreening(db, log, () => at)
    await vi.waitFor(() => expect(said).toEqual([expect.stringMatching(/^error .*will be retried: no disk/)]))
    db.exec('drop trigger broken')
    await stop({ finish: true })
    expect(alerts(db)).toHaveLength(1)
  })
})
