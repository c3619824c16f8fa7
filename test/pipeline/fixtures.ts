import { createHash } from 'node:crypto'
import { onTestFinished } from 'vitest'
import type { Key } from '../../src/address/key.ts'
import type { FollowerStore } from '../../src/chains/follower.ts'
import { pinChain } from '../../src/ledger/blocks/chain.ts'
import { type Db, inTransaction } from '../../src/ledger/database.ts'
import { activateSnapshot } from '../../src/ledger/lists/activate-snapshot.ts'
import { putList } from '../../src/ledger/lists/lists.ts'
import { addSnapshot } from '../../src/ledger/lists/stage-snapshot.ts'
import { type ChainContext, createLedgerStore } from '../../src/pipeline/blocks/ledger-store.ts'
import { ScreeningIndex } from '../../src/pipeline/blocks/screening-index.ts'
import { at, chain } from '../ledger/fixtures.ts'
import { openTestLedger } from '../ledger/template.ts'
import { listed } from '../screening/builders.ts'

/** A list of these keys, active from 2020-01-01 on or the day given. */
export function activateList(
  db: Db,
  keys: readonly Key[],
  listId = 'ofac-sdn',
  issuedOn = '2020-01-01',
  subject = 'A listed party',
  subjectIds: readonly string[] = [],
): void {
  inTransaction(db, () => {
    putList(db, { id: listId, format: 'ofac-sdn-advanced', category: 'sanctions', maxAgeSeconds: null })
    const entries = keys.map((key) => ({
      ...{ key, address: key, assets: [], subject, subjectIds, programs: [] },
      ...{ listedOn: null, publishedBy: null, removedOn: null },
    }))
    const sha256 = createHash('sha256')
      .update(JSON.stringify([keys, issuedOn, subject, subjectIds]))
      .digest('hex')
    const list = { listId, category: 'sanctions' as const, sha256, format: 'ofac-sdn-advanced', issuedOn }
    const snapshot = addSnapshot(db, { ...list, bytes: 1, counts: {}, entries, unparsed: [], at }, null)
    activateSnapshot(db, snapshot, { date: issuedOn, listedOnIsPublished: false, at })
  })
}

export interface Screening {
  db: Db
  context: ChainContext
  store: FollowerStore
}

/** A ledger in memory of SQLite or in a file, with the listed address of the fixtures on its list. */
export function screeningLedger(path = ':memory:'): Screening {
  const db = openTestLedger(path)
  onTestFinished(() => {
    db.close()
  })
  pinChain(db, chain, 'a0', at)
  activateList(db, [listed])
  return { db, ...wired(db) }
}

/** What a daemon builds at its start, over a ledger that is there. */
export function wired(db: Db): Omit<Screening, 'db'> {
  const context: ChainContext = { db, chain, index: new ScreeningIndex(db), now: () => at }
  return { context, store: createLedgerStore(context) }
}
