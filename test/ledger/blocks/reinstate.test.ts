import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Key } from '../../../src/address/key.ts'
import { pinChain } from '../../../src/ledger/blocks/chain.ts'
import { commitReplay } from '../../../src/ledger/blocks/commit-replay.ts'
import { anyOrphanedSql, orphanedOfSql } from '../../../src/ledger/blocks/reinstate.ts'
import { rollBack } from '../../../src/ledger/blocks/roll-back.ts'
import { all, type Db } from '../../../src/ledger/database.ts'
import { removeVersions } from '../../../src/ledger/lists/entry-versions.ts'
import { readRevisions } from '../../../src/ledger/revisions.ts'
import type { BlockRef, ScreenableTx } from '../../../src/screening/types.ts'
import { Watchlist } from '../../../src/screening/watchlist.ts'
import { randomRuns } from '../../long.ts'
import { activateList } from '../../pipeline/fixtures.ts'
import { rescreenAll } from '../../pipeline/rescreening/rescreen-fixtures.ts'
import { evm, party, transfer, tx } from '../../screening/builders.ts'
import { at, chain, commit, freshLedger, readEntries, ref, screened, story } from '../fixtures.ts'
import { openTestLedger } from '../template.ts'

const depositFrom = (hash: string, key: Key, amount = 5n): ScreenableTx =>
  tx({ hash, transfers: [transfer({ amount, parties: [party(key, 'source')] })] })

function ledger(): Db {
  const db = openTestLedger(':memory:')
  pinChain(db, chain, '0xgenesis', at)
  return db
}

const screenedNow = (db: Db, block: BlockRef, ...transactions: ScreenableTx[]) =>
  screened(block, transactions, {}, new Watchlist(0, readEntries(db)))

const mine = (db: Db, block: BlockRef, ...transactions: ScreenableTx[]) =>
  commit(db, [screenedNow(db, block, ...transactions)])

/** An alert of block 8, which then lost; after that its entry left the list. */
function orphaned(): Db {
  const db = ledger()
  activateList(db, [evm('b'), evm('c')])
  mine(db, ref(7))
  mine(db, ref(8), depositFrom('0x1', evm('b')))
  rollBack(db, chain, ref(7), at)
  activateList(db, [evm('c')], 'ofac-sdn', '2021-01-01')
  rescreenAll(db)
  return db
}

describe('an alert that lost its block, and whose entry left the list then', () => {
  it('comes back with the block that has its transaction again, as that block has it', () => {
    const db = orphaned()
    expect(mine(db, ref(8, 'b', 'a7'), depositFrom('0x1', evm('b'), 6n))).toMatchObject({
      created: 0,
      reinstated: 1,
    })
    expect(story(db)).toEqual({
      alerts: ['0x1 pending b8'],
      events: ['0x1 created', '0x1 orphaned', '0x1 entry-removed', '0x1 reinstated'],
    })
    expect(all(db, 'select amount, listed_at_transfer, entry_in_force from alerts_current')).toEqual([
      { amount: '6', listed_at_transfer: 'no', entry_in_force: 0 },
    ])
  })

  it('comes back once: a replay of that block changes nothing', () => {
    const db = orphaned()
    const block = ref(8, 'b', 'a7')
    mine(db, block, depositFrom('0x1', evm('b')))
    const before = story(db)
    const blocks = [screenedNow(db, block, depositFrom('0x1', evm('b')))]
    commitReplay(db, chain, { blocks, revisions: readRevisions(db), at }, { row: undefined, terms: '' })
    expect(story(db)).toEqual(before)
  })

  it('stays orphaned where the transaction does something else now', () => {
    const db = orphaned()
    mine(db, ref(8, 'b', 'a7'), depositFrom('0x1', evm('d')))
    expect(story(db).alerts).toEqual(['0x1 orphaned a8'])
  })

  it('stays orphaned where there never was such an entry: a reorg undid it', () => {
    const db = orphaned()
    removeVersions(db, 'ofac-sdn', evm('b'))
    mine(db, ref(8, 'b', 'a7'), depositFrom('0x1', evm('b')))
    expect(story(db).alerts).toEqual(['0x1 orphaned a8'])
  })

  it('raises nothing beside it', () => {
    const db = orphaned()
    const counts = mine(db, ref(8, 'b', 'a7'), depositFrom('0x1', evm('b')), depositFrom('0x2', evm('b')))
    expect(counts).toEqual({ created: 0, reinstated: 1, known: 0 })
  })
})

describe('the look for alerts that lost their block', () => {
  it.each([
    [
      'of a chain',
      anyOrphanedSql,
      'SEARCH alerts USING COVERING INDEX alerts_by_status (chain=? AND status=?)',
    ],
    ['of a transaction', orphanedOfSql, 'SEARCH a USING INDEX alerts_by_transaction (chain=? AND tx_hash=?)'],
  ])('%s is one at an index', (_of, sql, look) => {
    const params = (sql.match(/\?/g) ?? []).map(() => 'x')
    const plan = freshLedger()
      .prepare(`explain query plan ${sql}`)
      .all(...params)
    const details = plan.map((step) => (step as { detail: string }).detail)
    expect(details[0]).toBe(look)
    expect(details.filter((detail) => detail.startsWith('SCAN'))).toEqual([])
  })
})

describe('whatever blocks are lost and lists change', () => {
  const keys = ['b', 'c', 'd'].map(evm)
  const some = fc.subarray(keys)
  const steps = fc.array(
    fc.oneof(
      fc.record({ do: fc.constant('mine' as const), keys: some }),
      fc.record({ do: fc.constant('lose' as const), blocks: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ do: fc.constant('list' as const), keys: some }),
      fc.record({ do: fc.constant('rescreen' as const) }),
    ),
    { minLength: 5, maxLength: 25 },
  )

  it('an alert stands while its transaction does, and only then', () => {
    fc.assert(
      fc.property(steps, (drawn) => {
        const db = ledger()
        let branch: { block: BlockRef; has: Key[] }[] = [{ block: ref(7), has: [] }]
        mine(db, ref(7))
        for (const [index, step] of drawn.entries()) {
          const tip = branch.at(-1)?.block ?? ref(7)
          if (step.do === 'mine') {
            const has = step.keys.filter((key) => !branch.some((one) => one.has.includes(key)))
            const block = ref(tip.height + 1, `s${index}x`, tip.hash)
            mine(db, block, ...has.map((key) => depositFrom(`0x${key}`, key)))
            branch.push({ block, has })
          } else if (step.do === 'lose') {
            branch = branch.slice(0, Math.max(1, branch.length - step.blocks))
            rollBack(db, chain, branch.at(-1)?.block ?? ref(7), at)
          } else if (step.do === 'list') {
            const day = new Date(Date.UTC(2020, 0, 1 + index)).toISOString().slice(0, 10)
            activateList(db, step.keys, 'ofac-sdn', day)
          } else rescreenAll(db)
        }
        rescreenAll(db)
        const standing = branch.flatMap(({ has }) => has.map((key) => `0x${key}`))
        const alerts = all<{ tx_hash: string; status: string }>(db, 'select tx_hash, status from alerts')
        for (const { tx_hash, status } of alerts) {
          expect(status, tx_hash).toBe(standing.includes(tx_hash) ? 'pending' : 'orphaned')
        }
        db.close()
      }),
      { numRuns: randomRuns(40) },
    )
  })
})
