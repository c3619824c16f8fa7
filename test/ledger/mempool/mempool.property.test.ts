import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { writeAlert } from '../../../src/ledger/alerts/write-alert.ts'
import { readChainState } from '../../../src/ledger/blocks/chain.ts'
import { rollBack } from '../../../src/ledger/blocks/roll-back.ts'
import { all, type Db } from '../../../src/ledger/database.ts'
import { screen } from '../../../src/screening/screen.ts'
import type { BlockRef } from '../../../src/screening/types.ts'
import { randomRuns } from '../../long.ts'
import { entry, evm, listed, party, transfer, tx, watchlist } from '../../screening/builders.ts'
import { at, chain, commit, freshChain, ref } from '../fixtures.ts'
import { blockOf, lookAt, type Memory, type NodeTx } from './waiting-fixtures.ts'

/** Listed only after a while. */
const later = evm('7')
const first = watchlist(entry(listed))
const both = watchlist(entry(listed), entry(later))

/** Three that fight for one coin (one pays nobody of ours), one that fights for two, and one of an address listed later. */
const transactions: readonly NodeTx[] = [
  paying('0x0', listed, 'c:0'),
  paying('0x1', listed, 'c:0', 'c:1'),
  { hash: '0x2', spends: ['c:0'], screenable: null },
  paying('0x3', listed, 'c:1'),
  paying('0x4', later, 'c:2'),
  paying('0x5', later, 'c:2', 'c:3'),
]

function paying(hash: string, who: typeof listed, ...spends: string[]): NodeTx {
  return {
    hash,
    spends,
    screenable: tx({ hash, transfers: [transfer({ parties: [party(who, 'source')] })] }),
  }
}

interface Block extends BlockRef {
  has: readonly NodeTx[]
}

/** A node as it is: the mempool holds no two of one coin, nor one whose coin the chain has spent. */
class Node {
  chain: Block[] = [{ ...ref(5), has: [] }]
  mempool: NodeTx[] = []
  #branches = 0

  get tip(): Block {
    return this.chain.at(-1) as Block
  }

  send(one: NodeTx): void {
    if (this.#spent(one)) return
    this.mempool = [...this.mempool.filter((other) => !fight(one, other)), one]
  }

  drop(one: NodeTx): void {
    this.mempool = this.mempool.filter((other) => other !== one)
  }

  /** Mines those of these that it can, whether it had them or not. */
  mine(wanted: readonly NodeTx[]): void {
    const has: NodeTx[] = []
    for (const one of wanted) if (!this.#spent(one) && !has.some((other) => fight(one, other))) has.push(one)
    const { height, hash } = this.tip
    const mined = {
      height: height + 1,
      hash: `${hash}.${++this.#branches}`,
      parentHash: hash,
      time: 1_700_000_000 + height,
    }
    this.chain = [...this.chain, { ...mined, has }]
    this.mempool = this.mempool.filter((one) => !this.#spent(one))
  }

  /** Another branch from so many blocks back, longer by one; what was mined waits again where it can. */
  reorg(back: number, wanted: readonly NodeTx[]): void {
    const lost = this.chain.splice(Math.max(1, this.chain.length - back))
    this.mine(wanted)
    for (const _ of lost) this.mine([])
    for (const one of lost.flatMap(({ has }) => has))
      if (!this.mempool.some((other) => fight(one, other))) this.send(one)
  }

  has(one: NodeTx): boolean {
    return this.chain.some(({ has }) => has.includes(one))
  }

  #spent(one: NodeTx): boolean {
    return this.chain.some(({ has }) => has.some((other) => other === one || fight(one, other)))
  }
}

function fight(a: NodeTx, b: NodeTx): boolean {
  return a !== b && a.spends.some((spent) => b.spends.includes(spent))
}

/** What a daemon does with such a node: it remembers what its looks lacked, until it is started again. */
class Daemon {
  readonly db: Db = freshChain()
  lists = first
  readonly #node: Node
  #stale: { mempool: readonly NodeTx[]; tip: string } | null = null
  readonly seen = new Set<NodeTx>()
  #memory: Memory = { absences: new Map() }
  /** What the node had nowhere at a poll, and in its mempool at none since: it left, though it may have been mined later. */
  readonly #left = new Set<NodeTx>()

  constructor(node: Node) {
    this.#node = node
    commit(this.db, [blockOf(this.db, node.tip, [])])
  }

  /** Reads at most so many blocks. */
  follow(blocks: number): void {
    for (let left = blocks; left > 0; left--) {
      const cursor = readChainState(this.db, chain.id).cursor as BlockRef
      const at_ = this.#node.chain.findIndex(({ hash }) => hash === cursor.hash)
      if (at_ === -1) {
        const fork = this.#node.chain.findLast(({ height }) => height < cursor.height && this.#knows(height))
        rollBack(this.db, chain, fork as BlockRef, at)
        continue
      }
      const next = this.#node.chain[at_ + 1]
      if (next === undefined) return
      commit(this.db, [blockOf(this.db, next, next.has, this.lists)])
      for (const one of next.has) this.seen.add(one)
    }
  }

  /** Whether the ledger's block at a height is the node's. */
  #knows(height: number): boolean {
    const ours = this.db.prepare('select hash from blocks where height = ?').pluck().get(height)
    return this.#node.chain.some((block) => block.height === height && block.hash === ours)
  }

  look(): void {
    const { mempool, tip } = this.#node
    for (const one of mempool) this.seen.add(one)
    this.#noteWhatLeft()
    const before = withdrawn(this.db)
    lookAt(this.db, mempool, tip.hash, this.lists, this.#memory)
    for (const hash of withdrawn(this.db))
      if (!before.includes(hash)) {
        const one = transactions.find((other) => other.hash === hash) as NodeTx
        expect(this.#left.has(one), `${hash} was withdrawn too early`).toBe(true)
      }
  }

  /** Once a poll, as the node is then. */
  #noteWhatLeft(): void {
    for (const one of transactions) {
      if (this.#node.mempool.includes(one)) this.#left.delete(one)
      else if (!this.#node.has(one)) this.#left.add(one)
    }
  }

  restart(): void {
    this.#memory = { absences: new Map() }
    this.#stale = null
  }

  /** The node answers now; what it said is written later. */
  ask(): void {
    this.#noteWhatLeft()
    this.#stale = { mempool: this.#node.mempool, tip: this.#node.tip.hash }
  }

  writeLate(): void {
    if (this.#stale === null) return
    for (const one of this.#stale.mempool) this.seen.add(one)
    lookAt(this.db, this.#stale.mempool, this.#stale.tip, this.lists, this.#memory)
    this.#stale = null
  }

  /** A list names another address; stored history is matched with it. */
  list(): void {
    this.lists = both
    for (const block of this.#followed())
      for (const { screenable } of block.has)
        for (const finding of screenable === null ? [] : screen(screenable, block.time, both))
          writeAlert(this.db, chain, block, finding, 2, at)
  }

  #followed(): Block[] {
    const hashes = this.db.prepare('select hash from blocks').pluck().all()
    return this.#node.chain.filter(({ hash }) => hashes.includes(hash))
  }
}

function withdrawn(db: Db): string[] {
  return all<{ tx_hash: string }>(db, `select tx_hash from alerts where status = 'withdrawn'`).map(
    ({ tx_hash }) => tx_hash,
  )
}

/** Where an alert may go from each status, by the kind of event. */
const steps: Readonly<Record<string, readonly string[]>> = {
  confirmed: ['pending-mempool'],
  withdrawn: ['pending-mempool'],
  orphaned: ['pending'],
  reinstated: ['orphaned', 'withdrawn'],
}

/** Follows the story of an alert, which must make sense at every step. @returns the status it ends with. */
function statusByEvents(events: readonly { kind: string; data: string | null }[]): string {
  let status = ''
  let last = ''
  for (const { kind, data } of events) {
    const told = `${kind} ${data}`
    expect(told, 'reported twice').not.toBe(last)
    last = told
    const now = (JSON.parse(data ?? '{}') as { status?: string }).status ?? 'pending'
    if (kind === 'created') expect(status).toBe('')
    else if (kind !== 'replaced') expect(steps[kind] ?? [], `${kind} of ${status}`).toContain(status)
    if (kind === 'created' || kind === 'reinstated') status = now
    if (kind === 'confirmed') status = 'pending'
    if (kind === 'withdrawn' || kind === 'orphaned') status = kind
  }
  return status
}

const some = fc.subarray([...transactions]).chain((few) => fc.shuffledSubarray(few))
const one = fc.constantFrom(...transactions)
/** Something happens at the node or to the lists. */
const happening: fc.Arbitrary<(node: Node, daemon: Daemon) => void> = fc.oneof(
  { weight: 5, arbitrary: one.map((sent) => (node: Node) => node.send(sent)) },
  { weight: 1, arbitrary: one.map((dropped) => (node: Node) => node.drop(dropped)) },
  { weight: 2, arbitrary: fc.constant((node: Node) => node.mine(node.mempool)) },
  { weight: 2, arbitrary: some.map((mined) => (node: Node) => node.mine(mined)) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.oneof(fc.constant([]), some)).map(
      ([back, mined]) =>
        (node: Node) =>
          node.reorg(back, mined),
    ),
  },
  { weight: 1, arbitrary: fc.constant((_: Node, daemon: Daemon) => daemon.list()) },
)

/** What the daemon does before the next thing happens. */
const doing: fc.Arbitrary<(daemon: Daemon) => void> = fc.oneof(
  { weight: 4, arbitrary: fc.constant((daemon: Daemon) => daemon.look()) },
  { weight: 4, arbitrary: fc.nat({ max: 6 }).map((most) => (daemon: Daemon) => daemon.follow(most)) },
  { weight: 1, arbitrary: fc.constant((daemon: Daemon) => daemon.ask()) },
  { weight: 1, arbitrary: fc.constant((daemon: Daemon) => daemon.writeLate()) },
  { weight: 1, arbitrary: fc.constant((daemon: Daemon) => daemon.restart()) },
)

const life = fc.array(fc.tuple(happening, fc.array(doing, { maxLength: 3 })), { minLength: 4, maxLength: 25 })

describe('transactions that wait, whatever happens to them', () => {
  it.each([
    ['by chance', { numRuns: randomRuns(200) }],
    ['where two of one block replace a third', { seed: -887331232, numRuns: 60 }],
  ])('end with the status that is true, and every step of their story told once, %s', (_, parameters) => {
    fc.assert(
      fc.property(life, (story) => {
        const node = new Node()
        const daemon = new Daemon(node)
        for (const [happen, does] of story) {
          happen(node, daemon)
          for (const act of does) act(daemon)
        }
        daemon.follow(200)
        daemon.look()
        const { db } = daemon
        for (const tx of transactions) {
          const alerts = all<{ id: string; status: string }>(
            db,
            'select id, status from alerts where tx_hash = ?',
            tx.hash,
          )
          for (const { id, status } of alerts) {
            const events = all<{ kind: string; data: string | null }>(
              db,
              'select kind, data from alert_events where alert_id = ? order by seq',
              id,
            )
            expect(statusByEvents(events)).toBe(status)
          }
          const listedNow =
            tx.screenable !== null && screen(tx.screenable, 1_800_000_000, daemon.lists).length > 0
          const [alert] = alerts
          if (node.has(tx)) expect(alert?.status, tx.hash).toBe(listedNow ? 'pending' : undefined)
          else if (node.mempool.includes(tx))
            expect(alert?.status, tx.hash).toBe(listedNow ? 'pending-mempool' : undefined)
          else if (alert !== undefined) expect(['withdrawn', 'orphaned'], tx.hash).toContain(alert.status)
          expect(daemon.seen.has(tx) || alert === undefined).toBe(true)
        }
        db.close()
      }),
      parameters,
    )
  })
})
