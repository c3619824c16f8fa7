import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Key } from '../../../src/address/key.ts'
import { addressText } from '../../../src/address/text.ts'
import { pinChain } from '../../../src/ledger/blocks/chain.ts'
import { rollBack } from '../../../src/ledger/blocks/roll-back.ts'
import { all, type Db, one } from '../../../src/ledger/database.ts'
import { addOwnAddresses } from '../../../src/ledger/own/own-addresses.ts'
import { importList } from '../../../src/lists/import-list.ts'
import { previewList } from '../../../src/pipeline/rescreening/preview-list.ts'
import type { BlockRef } from '../../../src/screening/types.ts'
import { at, chain, commit, screened } from '../../ledger/fixtures.ts'
import { openTestLedger } from '../../ledger/template.ts'
import { randomRuns } from '../../long.ts'
import { evm, noon, own, p2pkh, p2wpkh, party, transfer, tx, watchlist } from '../../screening/builders.ts'
import { tempDir } from '../../temp.ts'
import { rescreenAll } from './rescreen-fixtures.ts'

/** Two of them are of one Bitcoin key; the last one is ours. */
const keys = [evm('b'), evm('c'), p2pkh('7'), p2wpkh('7'), own]
/** A deposit from each of the others on every one of these days, between those of the lists. */
const days = ['2022-12-01', '2023-02-01', '2023-04-01', '2023-07-01', '2023-10-01', '2026-02-01']
const dates = fc.constantFrom('2023-01-01', '2023-03-01', '2023-06-01', '2023-09-01')

const rows = fc.uniqueArray(
  fc.record({
    key: fc.constantFrom(...keys),
    listedOn: fc.option(dates, { nil: '' }),
    removedOn: fc.option(dates, { nil: '' }),
  }),
  { selector: ({ key }) => key, minLength: 1 },
)

const block = (index: number): BlockRef => ({
  ...{ height: index, hash: `a${index}`, parentHash: `a${index - 1}` },
  time: noon(days[index] ?? ''),
})

async function history(db: Db): Promise<void> {
  pinChain(db, chain, '0xgenesis', at)
  await addOwnAddresses(db, [{ key: own, address: 'ours', kind: 'hot', reference: '', chain: '' }], at)
  const from = (hash: string, key: Key) =>
    tx({ hash, transfers: [transfer({ parties: [party(key, 'source')] })] })
  for (const index of days.keys()) {
    const deposits = keys.filter((key) => key !== own).map((key) => from(`0x${index} ${key}`, key))
    commit(db, [screened(block(index), deposits, {}, watchlist())])
  }
}

/** What came of an activation, in the words of a preview. */
function newsSince(db: Db, seq: number) {
  const news = all<{ id: string; kind: string; role: string; listed: string; address: string }>(
    db,
    `select a.id, e.kind, a.role, a.listed_at_transfer as listed, a.own_address as address
     from alert_events e join alerts a on a.id = e.alert_id where e.seq > ? order by a.id`,
    seq,
  )
  const of = (...kinds: string[]) => news.filter(({ kind }) => kinds.includes(kind))
  const raised = of('created', 'reinstated')
  return {
    flagged: raised.filter(({ role }) => role !== 'own').map(({ id, listed }) => `${id} ${listed}`),
    ownListed: raised.filter(({ role }) => role === 'own').map(({ address }) => address),
    cleared: of('entry-removed').map(({ id }) => id),
  }
}

describe('a preview of any version after any other', () => {
  it('says what its activation then does: what is flagged and how, own addresses, and what is cleared', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rows, { minLength: 2, maxLength: 3 }), fc.nat(2), async (versions, lost) => {
        const dir = tempDir()
        const db = openTestLedger(join(dir, 'ledger.db'))
        await history(db)
        for (const [index, drawn] of versions.entries()) {
          const now = `2026-01-0${index + 2}T00:00:00.000Z`
          const file = join(dir, `${index}.csv`)
          const lines = drawn.map(({ key, listedOn, removedOn }) => {
            const ended = removedOn < listedOn ? '' : removedOn
            return `${addressText(key)},${listedOn},${ended}\n`
          })
          writeFileSync(file, `address,listed_on,removed_on\n${lines.join('')}`)
          const list = { id: 'house', format: 'csv' }
          const { flagged, ownListed, cleared } = await previewList(
            db,
            { ...list, guard: { maxRemoved: 1 } },
            file,
            now,
          )
          const { seq } = one<{ seq: number }>(db, 'select ifnull(max(seq), 0) as seq from alert_events') as {
            seq: number
          }
          const source = { ...list, maxAgeSeconds: null, maxRemoved: 1 }
          await importList(db, source, { path: file }, { approve: true, at: now })
          rescreenAll(db, 1_000)
          expect({
            flagged: flagged.map(({ id, listedAtTransfer }) => `${id} ${listedAtTransfer}`).sort(),
            ownListed: ownListed.map(({ address }) => address),
            cleared: cleared.map(({ id }) => id).sort(),
          }).toEqual(newsSince(db, seq))
          // Some blocks lose, and with them their alerts.
          if (index === 0 && lost > 0) rollBack(db, chain, block(days.length - 1 - lost), now)
        }
        db.close()
      }),
      { numRuns: randomRuns(20), seed: 2026 },
    )
  })
})
