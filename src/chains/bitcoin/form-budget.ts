/**
 * Each form of a party is stored with its script. A transaction of ordinary spends stays far below this, be it as large as
 * a block; one made of bare multisig with 16 keys each would be stored eight hundred times its size.
 */
const maxFormBytes = 2_000_000

/** How many other forms of its parties a transaction may have. What goes beyond is left out, and said. */
export class FormBudget {
  #left = maxFormBytes

  /** Whether forms were left out. */
  get exceeded(): boolean {
    return this.#left < 0
  }

  /** Whether there is room for one more form of a script of that length. */
  takes(scriptBytes: number): boolean {
    this.#left -= scriptBytes
    return !this.exceeded
  }
}
