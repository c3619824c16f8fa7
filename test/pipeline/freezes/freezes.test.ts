import { describe, expect, it } from 'vitest'
import { all } from '../../../src/ledger/database.ts'
import { readEntry } from '../../../src/ledger/lists/list-entries.ts'
import { readRevisions } from '../../../src/ledger/revisions.ts'
import { removeList } from '../../../src/lists/remove-list.ts'
import { replay } from '../../../src/pipeline/rescans/replay.ts'
import { rescreenChunk } from '../../../src/pipeline/rescreening/rescreen-chunk.ts'
import { followOnce } from '../../chains/follow-through.ts'
import { at, chain, dump, story } from '../../ledger/fixtures.ts'
import { screeningLedger } from '../fixtures.ts'
import { rescreenAll } from '../rescreening/rescreen-fixtures.ts'
import {
  configure,
  type Deeds,
  FreezingChain,
  freeze,
  freezeAlerts,
  freezeList,
  release,
  spans,
  usdc,
  villain,
} from './freeze-fixtures.ts'

const finality = { depth: 3 }

/** A ledger that follows a chain with these deeds to its head. */
async function followed(deeds: Deeds, heights: number, list = freezeList) {
  const node = new FreezingChain(deeds)
  node.mine(heights)
  const ledger = screeningLedger()
  configure(ledger.db, list)
  const follow = () => followOnce(node, ledger.store, { start: 0, finality, prefetch: 8 })
  await follow()
  return { node, follow, ...ledger }
}

describe('an account that an issuer freezes', () => {
  it('is on the list from its block on, and is told whose it is', async () => {
    const { db } = await followed({ a5: [freeze()] }, 8)
    expect(readEntry(db, 'issuer-freezes', villain)).toEqual({
      ...{ listId: 'issuer-freezes', category: 'issuer-freeze', key: villain },
      address: `0x${'7'.repeat(40)}`,
      subject: `Frozen by the issuer of USDT (0x${'5'.repeat(40)})`,
      ...{ subjectIds: [], programs: [], listedOn: '2023-11-14', firstSeen: '2023-11-14' },
      intervals: [{ from: '2023-11-14T22:14:20Z', to: null }],
    })
    expect(all(db, 'select * from token_freezes')).toEqual([
      {
        ...{ chain: chain.id, block_hash: 'a5', log_index: 0, block_height: 5 },
        ...{ block_time: '2023-11-14T22:14:20Z', tx_hash: '0xa5', contract: `0x${'5'.repeat(40)}` },
        ...{ key: villain, change: 'frozen', orphaned: 0 },
      },
    ])
  })

  it('meets deposits of before, of the very block, of the next one in the same step, and later ones', async () => {
    const { db } = await followed(
      { a2: ['0xbefore'], a5: ['0xin', freeze()], a6: ['0xnext'], a8: ['0xlater'] },
      8,
    )
    // What was screened with the freeze stands already; what was not is written down to be matched.
    expect(freezeAlerts(db)).toEqual(['0xlater yes pending', '0xnext yes pending'])
    rescreenAll(db)
    expect(freezeAlerts(db)).toEqual([
      '0xbefore no final',
      '0xin same-day final',
      '0xlater yes pending',
      '0xnext yes pending',
    ])
  })

  it('leaves no block between what it was screened with and what is in force', async () => {
    const { db } = await followed({ a5: ['0xin', freeze()], a6: ['0xnext', release()], a7: ['0xfree'] }, 8)
    const rows = all<{ from_height: number; to_height: number; list_revision: number }>(
      db,
      'select from_height, to_height, list_revision from coverage order by id',
    )
    expect(rows.map((row) => Object.values(row).join(' '))).toEqual(['0 5 1', '6 6 2', '7 8 3'])
    const jobs = all<{ revision: number; parties_to: number; change: string }>(
      db,
      `select r.revision, r.parties_to, e.change from rescreens r join rescreen_entries e on e.rescreen_id = r.id
       where r.list_id = 'issuer-freezes' order by r.id`,
    )
    // Each job looks at the parties of the very block that made it necessary.
    const lastOf = (hash: string) =>
      all<{ id: number }>(
        db,
        'select max(p.id) as id from parties p join transactions x on x.id = p.transaction_id where x.hash = ?',
        hash,
      )[0]?.id
    expect(jobs).toEqual([
      { revision: 2, parties_to: lastOf('0xin'), change: 'added' },
      { revision: 3, parties_to: lastOf('0xnext'), change: 'removed' },
    ])
    rescreenAll(db)
    expect(freezeAlerts(db)).toEqual(['0xin same-day final', '0xnext yes pending'])
    expect(story(db).events.slice(0, 3)).toEqual(['0xnext created', '0xin created', '0xin final'])
    // That of the block itself was raised knowing that the account had been let go.
    expect(story(db).events.slice(3)).toEqual(['0xnext entry-removed'])
  })

  it('is let go, and frozen again: what it did meanwhile is told from the rest', async () => {
    const { db } = await followed(
      { a1: [freeze()], a3: ['0xfirst'], a4: [release()], a5: ['0xfree'], a6: [freeze()], a8: ['0xagain'] },
      9,
    )
    rescreenAll(db)
    expect(spans(db)).toEqual(['12-48', '72-'])
    expect(freezeAlerts(db)).toEqual(['0xagain yes pending', '0xfirst yes final', '0xfree no final'])
  })

  it('is told as listed again to the alerts that knew it as released', async () => {
    const { db, node, follow } = await followed(
      { a1: [freeze()], a3: ['0xfirst'], a4: [release()], a6: [freeze()] },
      5,
    )
    rescreenAll(db)
    node.mine(4)
    await follow()
    rescreenAll(db)
    expect(
      all(
        db,
        `select tx_hash, kind from alert_events e join alerts a on a.id = e.alert_id
         where kind in ('entry-removed', 'listed-again', 'regraded') order by seq`,
      ),
    ).toEqual([
      { tx_hash: '0xfirst', kind: 'entry-removed' },
      { tx_hash: '0xfirst', kind: 'listed-again' },
    ])
  })

  it('is no longer listed once its list is taken out of force, and again once the config has it back', async () => {
    const { db, node, follow } = await followed({ a1: [freeze()], a3: ['0xfirst'], a7: ['0xfree'] }, 5)
    rescreenAll(db)
    const removed = await removeList(db, 'issuer-freezes', [], { actor: 'ann', note: null, at })
    expect(removed).toMatchObject({ entries: 1, already: false })
    node.mine(4)
    await follow()
    rescreenAll(db)
    expect(freezeAlerts(db)).toEqual(['0xfirst yes final'])
    const events = () =>
      all(
        db,
        `select tx_hash, kind, actor from alert_events e join alerts a on a.id = e.alert_id
         where kind in ('entry-removed', 'listed-again') order by seq`,
      )
    expect(events()).toEqual([{ tx_hash: '0xfirst', kind: 'entry-removed', actor: 'ann' }])
    configure(db, freezeList)
    rescreenAll(db)
    expect(events().slice(1)).toEqual([{ tx_hash: '0xfirst', kind: 'listed-again', actor: 'chainscreen' }])
    expect(freezeAlerts(db)).toEqual(['0xfirst yes final', '0xfree yes pending'])
  })

  it('is one entry while any issuer has it frozen', async () => {
    const { db, node, follow } = await followed(
      { a1: [freeze(), freeze({ contract: usdc })], a3: [release()], a6: [release({ contract: usdc })] },
      4,
    )
    expect(readEntry(db, 'issuer-freezes', villain)?.subject).toMatch(
      /^Frozen by the issuer of USDC \(0x6+\)$/,
    )
    expect(
      db.prepare(`select assets, removed_on from list_entries where key = ?`).raw().get(villain),
    ).toEqual(['["USDC"]', null])
    expect(spans(db)).toEqual(['12-'])
    node.mine(4)
    await follow()
    expect(spans(db)).toEqual(['12-72'])
    expect(readEntry(db, 'issuer-freezes', villain)?.subject).toMatch(
      /USDT \(.*\); Frozen by the issuer of USDC/,
    )
  })

  it('counts by the contracts of each list, with the symbol where there is one', async () => {
    const { db } = await followed({ a1: [freeze()], a2: [freeze({ contract: usdc })] }, 4, {
      ...freezeList,
      contracts: [{ contract: usdc, symbol: null, from: 0 }],
    })
    expect(spans(db)).toEqual(['24-'])
    expect(readEntry(db, 'issuer-freezes', villain)?.subject).toBe(`Frozen by the issuer of ${usdc}`)
  })

  it('writes down every entry that changes with the revision that changed it', async () => {
    const { db } = await followed(
      {
        a1: [freeze()],
        a2: [freeze({ contract: usdc })],
        a3: [release()],
        a4: [release({ contract: usdc })],
      },
      5,
    )
    const noted = all<{ text: string }>(
      db,
      `select concat_ws(' ', r.revision, e.change) as text from rescreens r
       join rescreen_entries e on e.rescreen_id = r.id where r.list_id = 'issuer-freezes' order by r.id`,
    )
    expect(noted.map(({ text }) => text)).toEqual(['2 added', '3 added', '4 added', '5 removed'])
    expect(readRevisions(db).list).toBe(5)
  })
})

describe('a branch that loses', () => {
  const deeds: Deeds = {
    ...{ a3: ['0xbefore'], a6: [freeze()], a7: ['0xlost'] },
    ...{ b6: ['0xfree'], b8: [freeze()], b9: ['0xafter'] },
  }

  it('takes its freezes with it, and keeps the story', async () => {
    const { db, node, follow } = await followed(deeds, 7)
    rescreenAll(db)
    expect(freezeAlerts(db)).toEqual(['0xbefore no final', '0xlost yes pending'])
    node.mine(2, 'b', node.branch()[5])
    await follow()
    expect(spans(db)).toEqual([])
    expect(readEntry(db, 'issuer-freezes', villain)).toBeUndefined()
    expect(all(db, 'select block_hash, orphaned from token_freezes')).toEqual([
      { block_hash: 'a6', orphaned: 1 },
    ])
    rescreenAll(db)
    expect(freezeAlerts(db)).toEqual(['0xbefore no final', '0xlost yes orphaned'])
    expect(story(db).events.filter((event) => event.startsWith('0xbefore'))).toEqual([
      '0xbefore created',
      '0xbefore final',
      '0xbefore entry-removed',
    ])
    const ids = all(db, 'select id from alerts order by id')
    node.mine(4, 'b')
    await follow()
    rescreenAll(db)
    expect(spans(db)).toEqual(['96-'])
    expect(freezeAlerts(db)).toEqual([
      '0xafter yes pending',
      '0xbefore no final',
      '0xfree no final',
      '0xlost yes orphaned',
    ])
    expect(all(db, 'select id from alerts order by id')).toEqual(expect.arrayContaining(ids))
  })

  it('and wins again brings them back', async () => {
    const { db, node, follow } = await followed(deeds, 7)
    rescreenAll(db)
    const before = dump(db)
    node.mine(2, 'b', node.branch()[5])
    await follow()
    node.tip = node.at('a7')
    node.mine(1)
    await follow()
    rescreenAll(db)
    expect(spans(db)).toEqual(['72-'])
    expect(dump(db).token_freezes).toEqual(before.token_freezes)
    expect(freezeAlerts(db)).toEqual(['0xbefore no final', '0xlost yes pending'])
    expect(all(db, 'select id from alerts order by id')).toEqual(
      (before.alerts as { id: string }[]).map(({ id }) => ({ id })).sort((a, b) => (a.id < b.id ? -1 : 1)),
    )
  })
})

describe('a replay', () => {
  const deeds: Deeds = {
    ...{ a2: ['0xbefore'], a5: ['0xin', freeze()], a6: ['0xnext'], a8: [release()], a9: ['0xfree'] },
    ...{ a11: [freeze()] },
  }
  const range = { from: 0, to: 10, prefetch: 8, finality }
  const rows = `select id, status, listed_at_transfer, subject, listed_on, level from alerts
    where list_id = 'issuer-freezes' order by id`

  it('of what was followed writes no freeze twice, and finds the same alerts', async () => {
    const { db, node, context } = await followed(deeds, 14)
    rescreenAll(db)
    const { coverage: _, ...before } = dump(db)
    expect(await replay(context, node, range)).toMatchObject({ created: 0, reinstated: 0 })
    expect(rescreenChunk(db, at, 0)).toBeNull()
    const { coverage: __, ...after } = dump(db)
    expect(after).toEqual(before)
  })

  it('on another database finds the same alerts as following did', async () => {
    const one = await followed(deeds, 14)
    rescreenAll(one.db)
    const other = screeningLedger()
    configure(other.db, freezeList)
    await replay(other.context, one.node, { ...range, to: 11 })
    rescreenAll(other.db)
    expect(all(other.db, rows)).toEqual(all(one.db, rows))
    expect(all(other.db, rows)).toHaveLength(4)
  })
})
