import { expect } from 'vitest'
import type { Key } from '../../src/address/key.ts'
import { pinChain, readChainState } from '../../src/ledger/blocks/chain.ts'
import { commitReplay } from '../../src/ledger/blocks/commit-replay.ts'
import type { ScreenedBlock } from '../../src/ledger/blocks/commit-step.ts'
import { askRescan, endReplay, pendingReplays } from '../../src/ledger/blocks/replays.ts'
import { rollBack } from '../../src/ledger/blocks/roll-back.ts'
import { all, type Db } from '../../src/ledger/database.ts'
import { addOwnAddresses } from '../../src/ledger/own/own-addresses.ts'
import { removeOwnAddresses } from '../../src/ledger/own/remove-own.ts'
import { readRevisions } from '../../src/ledger/revisions.ts'
import { decide, requireSecondPerson } from '../../src/operations/decide.ts'
import type { BlockRef, ScreenableTx } from '../../src/screening/types.ts'
import { Watchlist } from '../../src/screening/watchlist.ts'
import { at, chain, commit, readEntries, screened } from '../ledger/fixtures.ts'
import { hot } from '../ledger/readings.ts'
import { openTestLedger } from '../ledger/template.ts'
import { evm, party, transfer, tx } from '../screening/builders.ts'
import { CreditModel, type ModelGap } from './credit-model.ts'
import { activateList } from './fixtures.ts'
import { rescreenAll } from './rescreening/rescreen-fixtures.ts'

export const [hotKey, coldKey, alice, bob] = [evm('a'), evm('c'), evm('1'), evm('2')]

const pays = (id: string, from: Key, to: Key) => transfer({ id, own: to, parties: [party(from, 'source')] })
export const transactions: readonly ScreenableTx[] = [
  [pays('value', alice, hotKey)],
  [pays('value', bob, hotKey)],
  [pays('value', alice, coldKey)],
  [pays('log:0', bob, hotKey), pays('log:1', bob, coldKey)],
  [transfer({ direction: 'withdrawal', own: hotKey, parties: [party(bob, 'destination')] })],
].map((transfers, index) => tx({ hash: `0x${index}`, transfers }))

/** A daemon's ledger in a file, and a model of the same events. */
export class History {
  readonly model = new CreditModel([hotKey, coldKey])
  readonly #path: string
  db: Db
  #refs: BlockRef[] = [{ height: 5, hash: 'b', parentHash: 'start', time: 1_700_000_000 }]
  #issues = 0

  constructor(path: string) {
    this.#path = path
    this.db = openTestLedger(path)
    pinChain(this.db, chain, '0xgenesis', at)
    requireSecondPerson(this.db, ['false-positive'], { actor: 'root', note: null, at })
  }

  async begin(): Promise<void> {
    const own = [hotKey, coldKey].map((key) => ({ key, address: key, ...hot }))
    await addOwnAddresses(this.db, own, at)
    this.list('ofac-sdn', [])
    commit(this.db, [this.#read(this.#refs[0] as BlockRef, [], [])])
    rescreenAll(this.db)
    this.model.rescreen()
  }

  restart(): void {
    this.db.close()
    this.db = openTestLedger(this.#path)
  }

  mine(wanted: readonly number[], gaps: ModelGap[]): void {
    const tip = this.#refs.at(-1) as BlockRef
    const has = transactions.filter((one, place) => wanted.includes(place) && !this.model.has(one))
    const height = tip.height + 1
    const next = { height, hash: `b${++this.#issues}`, parentHash: tip.hash, time: tip.time + 12 }
    commit(this.db, [this.#read(next, has, gaps)])
    this.#refs.push(next)
    this.model.mine(height, has, gaps)
  }

  reorg(back: number): void {
    this.#refs = this.#refs.slice(0, Math.max(1, this.#refs.length - back))
    const fork = this.#refs.at(-1) as BlockRef
    rollBack(this.db, chain, fork, at)
    this.model.reorg(fork.height)
  }

  list(id: string, keys: readonly Key[]): void {
    activateList(this.db, keys, id, new Date(Date.UTC(2020, 0, ++this.#issues)).toISOString().slice(0, 10))
    this.model.change(id, keys)
  }

  rescreen(): void {
    rescreenAll(this.db)
    this.model.rescreen()
  }

  /** What a daemon has done once it has nothing left to do. */
  settle(): void {
    this.rescan(true)
    this.rescreen()
  }

  async remove(): Promise<void> {
    if (!this.model.own.has(coldKey)) return
    await removeOwnAddresses(this.db, [coldKey], { actor: 'ann', note: null, at })
    this.model.remove(coldKey)
  }

  askRescan(back: number): void {
    const to = readChainState(this.db, chain.id).cursor?.height ?? 5
    const from = Math.max(5, to - back)
    askRescan(this.db, chain.id, { from, to }, at)
    for (const block of this.model.chain) if (block.height >= from) block.isDue = true
  }

  /** Does the oldest rescan that is due, if any, as whole as the blocks were read or more. */
  rescan(isWhole: boolean): void {
    for (const { id, next, to: last } of pendingReplays(this.db, chain.id)) {
      const to = Math.min(last, this.#refs.at(-1)?.height ?? 0)
      if (next > to) {
        endReplay(this.db, id, at)
        continue
      }
      const blocks = this.#refs
        .filter(({ height }) => next <= height && height <= to)
        .map((ref) => {
          const { has = [], gaps = [] } = this.model.chain.find(({ height }) => height === ref.height) ?? {}
          return this.#read(ref, has, isWhole ? [] : gaps)
        })
      const step = { blocks, revisions: readRevisions(this.db), at, replay: id }
      expect(commitReplay(this.db, chain, step, { row: undefined, terms: '' })).not.toBeNull()
      this.model.rescan(next, to, isWhole)
    }
  }

  decide(pick: number, decision: 'released' | 'false-positive' | 'blocked', actor: string): void {
    const rows = all<{ id: string; name: string }>(
      this.db,
      `select id, ifnull(tx_hash, own_address) || ' ' || list_id as name from alerts order by id`,
    )
    const row = rows[pick % rows.length]
    if (row === undefined) return
    try {
      const [did] = decide(this.db, { ids: [row.id], decision }, { actor, note: null, at })
      this.model.decide(row.name, decision, did?.outcome === 'proposed')
    } catch (error) {
      expect(error).toMatchObject({ code: 'needs-other-person' })
    }
  }

  #read(ref: BlockRef, has: readonly ScreenableTx[], gaps: readonly ModelGap[]): ScreenedBlock {
    const moved = has
      .map((one) => ({ ...one, transfers: one.transfers.filter(({ own }) => this.model.own.has(own)) }))
      .filter(({ transfers }) => transfers.length > 0)
    const unscreened = gaps.map(({ of }) => ({
      ...{ what: 'logs', reason: 'odd' },
      ...(of !== 'block' && { txHash: of }),
    }))
    return screened(ref, moved, { unscreened }, new Watchlist(1, readEntries(this.db)))
  }
}
