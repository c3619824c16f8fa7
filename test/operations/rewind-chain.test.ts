import { describe, expect, it } from 'vitest'
import { type FollowerOptions, follow } from '../../src/chains/follower.ts'
import { readChainState } from '../../src/ledger/blocks/chain.ts'
import { foldDigest } from '../../src/ledger/coverage/coverage.ts'
import { all, type Db, one, run } from '../../src/ledger/database.ts'
import { type RewindRequest, rewindChain } from '../../src/operations/rewind-chain.ts'
import { createLedgerStore } from '../../src/pipeline/blocks/ledger-store.ts'
import { FakeChain } from '../chains/fake-chain.ts'
import { at, chain, story } from '../ledger/fixtures.ts'
import { screeningLedger } from '../pipeline/fixtures.ts'

/** A ledger that stands on `a9` of a chain whose other branch leaves at `a3`, with three blocks to final. */
async function behindDeepReorg() {
  const { db, context } = screeningLedger()
  const node = new FakeChain()
  node.mine(9)
  const followTo = (signal = new AbortController().signal) =>
    follow({
      ...{ chain: chain.id, source: node, store: createLedgerStore(context), start: 1, prefetch: 2 },
      ...{ finality: { depth: 3, tag: null }, pollMs: 1, firstRetryMs: 1, once: true, signal },
    } as FollowerOptions)
  await followTo()
  const decided = one<{ id: string }>(db, `select id from alerts where tx_hash = '0x5'`)?.id
  run(
    db,
    `insert into alert_events (alert_id, at, kind, actor) values (?, ?, 'blocked', 'ann')`,
    ...[decided, at],
  )
  node.mine(7, 'b', node.at('a3'))
  const rewindTo = (to: number, more: Partial<RewindRequest> = {}) =>
    rewindChain(db, chain, node, { to, actor: 'bob', note: 'seen', dryRun: false, at, ...more })
  return { db, node, followTo, rewindTo, decided }
}

const coverage = (db: Db) =>
  all<{ from_height: number; to_height: number; seed: string; digest: string; refolded_at: string | null }>(
    db,
    'select from_height, to_height, seed, digest, refolded_at from coverage order by id',
  )

/** The digest that whoever has the blocks computes. */
const digestOf = (seed: string, node: FakeChain, from: number, to: number) =>
  node
    .branch()
    .slice(from, to + 1)
    .reduce(foldDigest, seed)

describe('a rewind', () => {
  it('lets a chain go on that a reorg below final had halted', async () => {
    const { db, node, followTo, rewindTo } = await behindDeepReorg()
    await expect(followTo()).rejects.toMatchObject({ code: 'deep-reorg' })
    await rewindTo(3)
    expect(readChainState(db, chain.id)).toMatchObject({ cursor: { hash: 'a3' }, finalHeight: 3 })
    await followTo()
    expect(readChainState(db, chain.id).cursor?.hash).toBe('b10')
    const [row] = coverage(db)
    expect(row).toMatchObject({ from_height: 1, to_height: 10, refolded_at: null })
    expect(row?.digest).toBe(digestOf(row?.seed ?? '', node, 1, 10))
  })

  it('orphans what stands above, by name, and leaves decisions and what stands below', async () => {
    const { db, rewindTo, decided } = await behindDeepReorg()
    const outcome = await rewindTo(3)
    expect(outcome).toMatchObject({ blocks: 6, transactions: 6, alerts: 6, decided: [decided] })
    expect(story(db).alerts).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8, 9].map((height) =>
        height <= 3 ? `0x${height} final a${height}` : `0x${height} orphaned a${height}`,
      ),
    )
    expect(
      all(db, `select kind, actor, note, data from alert_events where alert_id = ? order by seq`, decided).at(
        -1,
      ),
    ).toEqual({
      kind: 'orphaned',
      actor: 'bob',
      note: 'seen',
      data: '{"height":5,"block":"a5","rewoundTo":3}',
    })
    expect(one(db, 'select disposition from alerts_current where id = ?', decided)).toEqual({
      disposition: 'blocked',
    })
    expect(
      all(db, 'select actor, note, from_height, to_height, to_hash, alerts, decided from chain_rewinds'),
    ).toEqual([
      { actor: 'bob', note: 'seen', from_height: 9, to_height: 3, to_hash: 'a3', alerts: 6, decided: 1 },
    ])
  })

  it('says what it would take back, and changes nothing', async () => {
    const { db, rewindTo, decided } = await behindDeepReorg()
    const before = [story(db), coverage(db), readChainState(db, chain.id)]
    expect(await rewindTo(3, { dryRun: true })).toMatchObject({ alerts: 6, decided: [decided], refolded: 0 })
    expect([story(db), coverage(db), readChainState(db, chain.id)]).toEqual(before)
  })

  it('refuses a block that the node does not have, and names the highest that both chains share', async () => {
    const { db, rewindTo } = await behindDeepReorg()
    const before = story(db)
    await expect(rewindTo(6)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('the highest block that both have is 3: --to 3.'),
    })
    await expect(rewindTo(9)).rejects.toMatchObject({ code: 'usage' })
    await expect(rewindTo(0)).rejects.toThrow(/expected a height from 1, .* to 8/)
    expect(story(db)).toEqual(before)
  })

  it('folds the digest from the hashes of the node where the ledger kept none, and says so', async () => {
    const { db, node, rewindTo } = await behindDeepReorg()
    run(db, 'delete from block_hashes where height < 4')
    run(db, 'delete from blocks where height < 4')
    expect(await rewindTo(3)).toMatchObject({ refolded: 3 })
    const [row] = coverage(db)
    expect(row).toMatchObject({ from_height: 1, to_height: 3, refolded_at: at })
    expect(row?.digest).toBe(digestOf(row?.seed ?? '', node, 1, 3))
  })

  it('leaves a chain that a later reorg of few blocks finds its way back from', async () => {
    const { db, node, followTo, rewindTo } = await behindDeepReorg()
    await rewindTo(3)
    await followTo()
    node.mine(2, 'c', node.at('b8'))
    node.mine(1, 'c')
    await followTo()
    expect(readChainState(db, chain.id).cursor?.hash).toBe('c11')
  })
})
