import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { pinChain } from '../../../src/ledger/blocks/chain.ts'
import { commitReplay } from '../../../src/ledger/blocks/commit-replay.ts'
import { rollBack } from '../../../src/ledger/blocks/roll-back.ts'
import { all, type Db, inTransaction } from '../../../src/ledger/database.ts'
import { addOwnAddresses } from '../../../src/ledger/own/own-addresses.ts'
import { bumpRevision, readRevisions } from '../../../src/ledger/revisions.ts'
import { screenLarge } from '../../../src/pipeline/rescreening/large-transaction.ts'
import type { RescreenChunk } from '../../../src/pipeline/rescreening/match-entry.ts'
import { rescreen } from '../../../src/pipeline/rescreening/rescreen.ts'
import { rescreenChunk } from '../../../src/pipeline/rescreening/rescreen-chunk.ts'
import type { ScreenableTx } from '../../../src/screening/types.ts'
import { Watchlist } from '../../../src/screening/watchlist.ts'
import {
  at,
  chain,
  commit,
  dump,
  freshChain,
  freshLedger,
  readEntries,
  ref,
  screened,
} from '../../ledger/fixtures.ts'
import { evm, party, transfer, tx, watchlist } from '../../screening/builders.ts'
import { tempDir } from '../../temp.ts'
import { activateList } from '../fixtures.ts'
import { alerts, endState, rescreenAll, store } from './rescreen-fixtures.ts'

const now = () => at

/** Transfers from a party that will be listed, and every tenth from another one. */
function payout(transfers: number, hash = '0x1'): ScreenableTx {
  return tx({
    hash,
    transfers: Array.from({ length: transfers }, (_, index) =>
      transfer({
        id: `log:${index}`,
        parties: [party(index % 10 === 9 ? evm('c') : evm('b'), 'source'), party(evm('e'), 'initiator')],
        ...(index % 3 === 0 && { asset: 'erc20:0xff', symbol: null, tags: ['unknown-asset'] }),
      }),
    ),
    parties: [party(evm('d'), 'co-recipient')],
  })
}

const listedLate = (...txs: ScreenableTx[]): Db => {
  const db = freshChain()
  store(db, 7, ...txs)
  activateList(db, [evm('b')])
  return db
}

/** Comes to it, and has it read and screened; nothing is written. */
function halfWay(db: Db): void {
  expect(rescreenChunk(db, at, 0)).toMatchObject({ created: 0 })
  screenLarge(db)
}

describe('a stored transaction of thousands of transfers', () => {
  it('is read and screened while nobody waits for the write lock', () => {
    const path = join(tempDir(), 'ledger.db')
    const stored = freshLedger(path)
    pinChain(stored, chain, '0xgenesis', at)
    store(stored, 7, payout(300))
    activateList(stored, [evm('b')])
    const readInside: string[] = []
    let isWriting = false
    const db: Db = new Database(path, {
      verbose: (sql) => {
        if (
          isWriting &&
          /from transfer_rows t cross join|from party_rows where tx = \S+ order by n/.test(String(sql))
        )
          readInside.push(String(sql))
      },
    })
    onTestFinished(() => void db.close())
    for (let chunk: RescreenChunk | null = null; ; ) {
      screenLarge(db)
      isWriting = true
      chunk = rescreenChunk(db, at, 0)
      isWriting = false
      if (chunk === null) break
    }
    expect(readInside).toEqual([])
    expect(all(db, 'select transactions, created, known from rescreens')).toEqual([
      { transactions: 1, created: 180 + 1, known: 0 },
    ])
  })

  it('raises the alerts that screening it with the list raises', () => {
    const late = listedLate(payout(700), payout(3, '0x2'))
    activateList(late, [evm('c'), evm('d'), evm('e')], 'other')
    rescreenAll(late, 15)
    const early = freshChain()
    activateList(early, [evm('b')])
    activateList(early, [evm('c'), evm('d'), evm('e')], 'other')
    rescreenAll(early)
    commit(early, [
      screened(ref(7), [payout(700), payout(3, '0x2')], {}, new Watchlist(2, readEntries(early))),
    ])
    expect(alerts(late)).toEqual(alerts(early))
    expect(dump(late).alert_keys).toEqual(dump(early).alert_keys)
  })

  it('is written whole whenever the process ends, and the next one goes on', () => {
    const whole = listedLate(payout(300), payout(250, '0x2'))
    const steps = rescreenAll(whole)
    expect(steps).toBeGreaterThan(8)
    for (let ended = 0; ended < steps; ended++) {
      const path = join(tempDir(), 'ledger.db')
      const first = freshLedger(path)
      pinChain(first, chain, '0xgenesis', at)
      store(first, 7, payout(300), payout(250, '0x2'))
      activateList(first, [evm('b')])
      for (let step = 0; step < ended; step++) rescreenChunk(first, at, 0)
      const next = freshLedger(path)
      rescreenAll(next)
      expect(endState(next)).toEqual(endState(whole))
    }
  })
})

describe('what changes while it is read', () => {
  it('its block may be lost: then nothing is said of it', async () => {
    const db = listedLate(payout(300))
    halfWay(db)
    rollBack(db, chain, null, at)
    expect(await rescreen(db, { now })).toMatchObject({ transactions: 0, created: 0 })
  })

  it('its block may be lost and come back', async () => {
    const db = listedLate(payout(300))
    // Put off, and then read while it does not stand.
    rescreenChunk(db, at, 0)
    rollBack(db, chain, null, at)
    screenLarge(db)
    store(db, 7, payout(300))
    expect(await rescreen(db, { now })).toMatchObject({ transactions: 1 })
    expect(alerts(db)).toEqual(alertsOf(payout(300)))
  })

  it('its party may become own: then it is read again, and nothing is said of it', async () => {
    const db = listedLate(payout(300))
    halfWay(db)
    await addOwnAddresses(db, [{ key: evm('b'), address: 'B', kind: 'hot', reference: '', chain: '' }], at)
    await rescreen(db, { now })
    expect(alerts(db)).toEqual(['own exact final'])
  })

  it('a replay may add transfers: then they are read too', async () => {
    const db = listedLate(payout(300))
    halfWay(db)
    const replayed = [screened(ref(7), [payout(330)], {}, watchlist())]
    const step = { blocks: replayed, revisions: readRevisions(db), at }
    expect(commitReplay(db, chain, step, { row: undefined, terms: '' })).not.toBeNull()
    await rescreen(db, { now })
    expect(alerts(db)).toEqual(alertsOf(payout(330)))
  })

  it('lists may change for ever: it comes to its end all the same', () => {
    const db = listedLate(payout(300))
    const chunks: RescreenChunk[] = []
    for (let step = 0; step < 500; step++) {
      inTransaction(db, () => bumpRevision(db, 'list'))
      const chunk = rescreenChunk(db, at, 0)
      if (chunk === null) break
      chunks.push(chunk)
    }
    expect(chunks.length).toBeLessThan(500)
    expect(alerts(db)).toEqual(alertsOf(payout(300)))
  })
})

/** The alerts that screening it with the list raises. */
function alertsOf(tx: ScreenableTx): string[] {
  const db = freshChain()
  activateList(db, [evm('b')])
  commit(db, [screened(ref(7), [tx], {}, new Watchlist(1, readEntries(db)))])
  return alerts(db)
}
