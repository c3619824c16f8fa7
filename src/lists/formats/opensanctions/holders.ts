import { ScratchRows } from '../../../ledger/lists/scratch-rows.ts'
import { Spill } from '../spill.ts'
import type { Wallet } from './entity.ts'
import type { Sanction } from './sanction.ts'

/** Of an entity that may belong to a wallet: its name, or a Sanction with the ids that it names. */
export type EntityRecord =
  | readonly ['name', id: string, caption: string | null]
  | readonly ['sanction', ids: readonly string[], sanction: Sanction]

/** What is known of an entity by its id: that it is a wallet or a holder of one, and what records say of it. */
type Known =
  | { key: string; is: 'wallet' | 'holder' }
  | { key: string; is: 'named'; name: string }
  | { key: string; is: 'sanctioned'; sanction: Sanction }

/**
 * The wallets of a dataset, and the names and Sanctions of entities that may hold one. Kept on disk beyond a few megabytes: which
 * records matter is known only at the end of the file.
 */
export class WalletHolders {
  /** Of the Sanctions that count. */
  unreadableDates = 0
  readonly #wallets = new Spill()
  readonly #records = new Spill()
  /** Beside the addresses that are gathered meanwhile. */
  readonly #known = new ScratchRows<Known>(4_000)
  #number = 0

  /** @returns whether it is the first one of its id. */
  async addWallet(wallet: Wallet): Promise<boolean> {
    if (this.#is('wallet', wallet.id)) return false
    this.#know({ key: wallet.id, is: 'wallet' })
    for (const key of wallet.holders) if (!this.#is('holder', key)) this.#know({ key, is: 'holder' })
    await this.#wallets.add([wallet])
    return true
  }

  async addRecord(record: EntityRecord): Promise<void> {
    await this.#records.add(record)
  }

  /** Once all wallets are added: assigns the records to the wallets and holders that they name. */
  async assignRecords(): Promise<void> {
    for await (const each of this.#records.all()) {
      const record = each as unknown as EntityRecord
      if (record[0] === 'name') {
        const [, key, name] = record
        if (name !== null && this.#is('holder', key)) this.#know({ key, is: 'named', name })
        continue
      }
      const [, ids, sanction] = record
      for (const key of ids) {
        if (!this.#known.has(key)) continue
        this.#know({ key, is: 'sanctioned', sanction })
        this.unreadableDates += sanction.unreadableDates
      }
    }
  }

  /** In the order of the file. */
  async *wallets(): AsyncGenerator<Wallet> {
    for await (const [wallet] of this.#wallets.all()) yield wallet as Wallet
  }

  /** The name and Sanctions of an entity; of several names the last one. */
  find(id: string): { name: string; sanctions: Sanction[] } {
    const found = { name: '', sanctions: [] as Sanction[] }
    for (const row of this.#known.of(id)) {
      if (row.is === 'named') found.name = row.name
      if (row.is === 'sanctioned') found.sanctions.push(row.sanction)
    }
    return found
  }

  /** Removes the temporary files. */
  async remove(): Promise<void> {
    this.#known.close()
    await this.#wallets.remove()
    await this.#records.remove()
  }

  #is(what: 'wallet' | 'holder', id: string): boolean {
    return this.#known.of(id).some(({ is }) => is === what)
  }

  #know(row: Known): void {
    this.#known.add(row, this.#number++)
  }
}
