import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { follow } from '../../src/chains/follower.ts'
import type { Db } from '../../src/ledger/database.ts'
import { randomRuns } from '../long.ts'
import { type Screening, screeningLedger, wired } from '../pipeline/fixtures.ts'
import { type FakeBlock, FakeChain, nodeError } from './fake-chain.ts'
import { followerOptions, followOnce } from './follow-through.ts'

/** What happens to the node or the daemon, after a number of calls. Numbers choose among what there is. */
type Fate =
  | { kind: 'mine'; after: number; on: number; count: number; salt: number }
  | { kind: 'switch' | 'fail' | 'restart'; after: number; on: number }

const after = fc.nat({ max: 12 })
const on = fc.nat()
const fate: fc.Arbitrary<Fate> = fc.oneof(
  fc.record({
    kind: fc.constant('mine' as const),
    ...{ after, on },
    count: fc.integer({ min: 1, max: 5 }),
    salt: fc.nat({ max: 7 }),
  }),
  fc.record({ kind: fc.constantFrom('switch' as const, 'fail' as const, 'restart' as const), after, on }),
)

const depth = 6

/** Many more than any run needs: a follower that goes in circles is an error, and not a test that hangs. */
const mostCalls = 20_000

/** A node whose tip goes where fate says, yet never to a branch that lacks a block that was final once. */
class FatefulNode extends FakeChain {
  #final: FakeBlock = this.tip
  #branches = 0

  /** Mines on a block that may still be built on, or makes such a block the tip. */
  meet(fate: Fate): void {
    if (fate.kind === 'switch') this.#go(this.#open(fate.on))
    if (fate.kind === 'mine') this.grow(fate.count, fate.salt, this.#open(fate.on))
  }

  /** Some transactions are mined on every branch, some on one, and some at another height than elsewhere. */
  grow(count: number, salt: number, base: FakeBlock = this.tip): void {
    const branch = `b${++this.#branches}-`
    const mined = new Set(this.branch(base).flatMap(({ transactions }) => transactions))
    this.mine(count, branch, base, (height) => {
      const candidates = [`0xall${height}`, `0xonly${branch}${height}`, `0xmoved${height + (salt % 3)}`]
      const chosen = candidates.filter((hash, index) => (salt >> index) % 2 === 0 && !mined.has(hash))
      for (const hash of chosen) mined.add(hash)
      return chosen
    })
    this.#go(this.tip)
  }

  get highest(): number {
    return Math.max(...[...this.blocks.values()].map(({ height }) => height))
  }

  #go(tip: FakeBlock): void {
    this.tip = tip
    const final = this.branch()[tip.height - depth]
    if (final !== undefined && final.height > this.#final.height) this.#final = final
  }

  #open(choice: number): FakeBlock {
    const open = [...this.blocks.values()].filter((block) => this.branch(block).includes(this.#final))
    return open[choice % open.length] ?? this.#final
  }
}

/** Follows through everything that happens, to the tip at which it ends. */
async function surviving(
  node: FatefulNode,
  { db, ...screening }: Screening,
  fates: readonly Fate[],
  prefetch: number,
) {
  const left = [...fates]
  let { store } = screening
  let stop = new AbortController()
  let calls = 0
  let allCalls = 0
  node.onCall = (call) => {
    if (++allCalls > mostCalls) throw new Error('it does not get on')
    const next = left[0]
    if (next !== undefined && ++calls > next.after) {
      left.shift()
      calls = 0
      if (left.length === 0) {
        node.grow(node.highest - node.tip.height + 1, 0)
      } else node.meet(next)
      if (next.kind === 'restart') stop.abort()
      if (next.kind === 'fail') throw nodeError()
    }
    if (call === 'head' && left.length === 0 && store.state().cursor?.hash === node.tip.hash) stop.abort()
  }
  while (left.length > 0 || store.state().cursor?.hash !== node.tip.hash) {
    stop = new AbortController()
    const options = { prefetch, finality: { depth }, firstRetryMs: 0, pollMs: 0, signal: stop.signal }
    await follow(followerOptions(node, store, options))
    store = wired(db).store
  }
  node.onCall = () => {}
}

/** All that must not depend on how the final branch came to be followed. */
function outcome(db: Db) {
  const rows = (sql: string) => db.prepare(sql).all()
  return {
    alerts: rows(
      `select id, status, block_height, block_hash, level, amount from alerts where status != 'orphaned' order by id`,
    ),
    coverage: rows('select from_height, to_height, seed, digest, last_hash from coverage order by id'),
    chains: rows('select start_height, cursor_height, cursor_hash, head_height, final_height from chains'),
    blocks: rows('select height, hash, parent_hash, digest from blocks order by height'),
    transfers: rows(`select x.hash, x.block_hash, t.transfer, t.amount from transfers t
      join transactions x on x.id = t.transaction_id where x.orphaned = 0 order by x.hash`),
  }
}

describe('following', () => {
  it('ends as if only the final branch had ever been, whatever happened on the way', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fate, { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 1, max: 6 }),
        async (fates, prefetch) => {
          const node = new FatefulNode()
          node.grow(4, 0)
          const winding = screeningLedger()
          const clean = screeningLedger()
          await surviving(node, winding, fates, prefetch)
          await followOnce(node, clean.store, { finality: { depth } })
          expect(outcome(winding.db)).toEqual(outcome(clean.db))
          const lost = winding.db
            .prepare(`select tx_hash from alerts where status = 'orphaned'`)
            .pluck()
            .all()
          const stands = new Set(node.branch().flatMap(({ transactions }) => transactions))
          expect(lost.filter((hash) => stands.has(String(hash)))).toEqual([])
          winding.db.close()
          clean.db.close()
        },
      ),
      { numRuns: randomRuns(150) },
    )
  })
})
