import type { Key } from '../address/key.ts'
import type { ListedAddress, RowStore } from './types.ts'

/** Rows in memory, for whoever reads a list and stores none of it. */
export class MemoryRows implements RowStore {
  readonly #rows = new Map<number, ListedAddress>()

  add(row: ListedAddress, number: number): void {
    this.#rows.set(number, row)
  }

  drop(_key: Key, number: number): void {
    this.#rows.delete(number)
  }

  *byKey(): Generator<{ number: number; row: ListedAddress }[]> {
    const groups = new Map<Key, { number: number; row: ListedAddress }[]>()
    for (const [number, row] of this.#rows) {
      const group = groups.get(row.key)
      if (group === undefined) groups.set(row.key, [{ number, row }])
      else group.push({ number, row })
    }
    yield* groups.values()
  }

  /** In the order of the file. */
  get all(): ListedAddress[] {
    return [...this.#rows.values()]
  }
}
