import type { Key } from '../../src/address/key.ts'
import type { CreditStatus } from '../../src/pipeline/credit-status.ts'
import type { ScreenableTx } from '../../src/screening/types.ts'

type Answer = CreditStatus['status']

/** What was not screened: of a whole block, or of one transaction. */
export type ModelGap = { of: 'block' } | { of: string }

interface Block {
  height: number
  gaps: ModelGap[]
  /** The own addresses that it was read with last. */
  own: ReadonlySet<Key>
  /** The transactions that it has, own or not. */
  has: readonly ScreenableTx[]
  /** The lists changed so often before it was read last. */
  changes: number
  /** Whether it has to be read again. */
  isDue: boolean
}

/**
 * What may be credited, by the contract's words alone: it knows blocks, lists, own addresses and decisions as a person would tell
 * them, and nothing of tables.
 */
export class CreditModel {
  chain: Block[] = []
  own: Set<Key>
  /** By list: the addresses that its version in force names. A list that is not here was never loaded. */
  readonly lists = new Map<string, readonly Key[]>()
  #changes = 0
  /** Of the lists, so many changes are matched with what was stored before. */
  #matched = 0
  /** As `hash list`; an own address that is listed stands in place of a hash. */
  readonly #alerts = new Set<string>()
  readonly #decisions = new Map<string, string>()
  /** Alerts of which one person proposed a decision, and nothing happened to any since. */
  readonly #proposed = new Set<string>()

  constructor(own: readonly Key[]) {
    this.own = new Set(own)
  }

  has({ hash }: ScreenableTx): boolean {
    return this.chain.some(({ has }) => has.some((one) => one.hash === hash))
  }

  mine(height: number, has: readonly ScreenableTx[], gaps: ModelGap[]): void {
    this.chain.push({ height, has, gaps, own: new Set(this.own), changes: this.#changes, isDue: false })
    this.#match(has)
  }

  /** What is above a height was in a block that lost. */
  reorg(height: number): void {
    this.#proposed.clear()
    for (const { has } of this.chain.filter((block) => block.height > height))
      for (const { hash } of has)
        for (const id of this.#alerts) if (id.startsWith(`${hash} `)) this.#alerts.delete(id)
    this.chain = this.chain.filter((block) => block.height <= height)
  }

  change(list: string, keys: readonly Key[]): void {
    const before = this.lists.get(list) ?? []
    this.lists.set(list, keys)
    // What only leaves a list raises nothing.
    if (keys.some((key) => !before.includes(key))) this.#changes++
  }

  rescreen(): void {
    this.#matched = this.#changes
    this.#proposed.clear()
    for (const { has } of this.chain) this.#match(has)
    for (const [list, keys] of this.lists)
      for (const key of keys) if (this.own.has(key)) this.#alerts.add(`${key} ${list}`)
  }

  remove(key: Key): void {
    this.own.delete(key)
    for (const block of this.chain) if (block.own.has(key)) block.isDue = true
  }

  /** Reads a range again, now that nothing is missing of it, or the same as before. */
  rescan(from: number, to: number, isWhole: boolean): void {
    for (const block of this.chain.filter(({ height }) => from <= height && height <= to)) {
      block.own = new Set(this.own)
      block.isDue = false
      block.changes = this.#changes
      if (isWhole) block.gaps = []
      this.#match(block.has)
    }
  }

  decide(id: string, decision: string, isProposed: boolean): void {
    this.#proposed.delete(id)
    if (isProposed) this.#proposed.add(id)
    else this.#decisions.set(id, decision)
  }

  /** Whether it may be answered that a deposit to an own address (`null`: any) can be credited. */
  allows({ hash }: ScreenableTx, key: Key | null, asked: readonly string[]): (answer: Answer) => boolean {
    const block = this.chain.find(({ has }) => has.some((one) => one.hash === hash))
    const transfers = block?.has.find((one) => one.hash === hash)?.transfers ?? []
    const paid = transfers.filter(({ direction, own }) => direction === 'deposit' && this.own.has(own))
    const sound =
      block !== undefined &&
      paid.some(({ own }) => key === null || own === key) &&
      !block.isDue &&
      block.gaps.every(({ of }) => of !== 'block' && of !== hash) &&
      [...block.own].every((each) => this.own.has(each)) &&
      (block.changes === this.#changes || this.#matched === this.#changes) &&
      asked.length > 0 &&
      asked.every((list) => this.lists.has(list))
    const names = [hash, ...transfers.map(({ own }) => own)]
    const alerts = [...this.#alerts].filter((id) => names.some((name) => id.startsWith(`${name} `)))
    const isUntold = [...this.lists].some(([list, keys]) =>
      transfers.some(({ own }) => keys.includes(own) && !this.#alerts.has(`${own} ${list}`)),
    )
    const isCleared = alerts.every(
      (id) =>
        !this.#proposed.has(id) && ['released', 'false-positive'].includes(this.#decisions.get(id) ?? ''),
    )
    return (answer) => {
      if (answer === 'clear') return sound && !isUntold && alerts.length === 0
      return answer !== 'released' || (sound && !isUntold && isCleared)
    }
  }

  /** The lists of now name somebody who pays or is paid. */
  #match(transactions: readonly ScreenableTx[]): void {
    for (const { hash, transfers } of transactions)
      for (const { own, parties } of transfers)
        for (const [list, keys] of this.lists)
          if (this.own.has(own) && parties.some(({ key }) => keys.includes(key)))
            this.#alerts.add(`${hash} ${list}`)
  }
}
