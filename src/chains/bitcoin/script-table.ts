import type { OwnLookup } from '../../screening/types.ts'

/**
 * Where the scripts of a block stand in its bytes, grouped by transaction. Two numbers a script and one a
 * transaction, in typed arrays: a block with 100,000 scripts costs no objects.
 */
export interface ScriptTable {
  /** For each script where it begins and where it ends. */
  spans: Uint32Array
  /** For each group how many numbers of `spans` it and those before it take. */
  groupEnds: Uint32Array
}

/** Spans of the table that is being filled; indexing a block never waits, so all tables can use it in turn. At most 4 MB: a block has no more. */
let scratch = new Uint32Array(1 << 14)

/** Fills a {@link ScriptTable}. */
export class ScriptTableWriter {
  #spans = scratch
  #used = 0
  readonly #groupEnds: Uint32Array
  #groups = 0

  constructor(groups: number) {
    this.#groupEnds = new Uint32Array(groups)
  }

  /** Adds the script `bytes[start..end)` to the group that is being filled. */
  add(start: number, end: number): void {
    if (this.#used === this.#spans.length) {
      scratch = new Uint32Array(this.#used * 2)
      scratch.set(this.#spans)
      this.#spans = scratch
    }
    this.#spans[this.#used] = start
    this.#spans[this.#used + 1] = end
    this.#used += 2
  }

  endGroup(): void {
    this.#groupEnds[this.#groups] = this.#used
    this.#groups += 1
  }

  /** To be called once, after the last script and before another table is begun. */
  finish(): ScriptTable {
    return { spans: this.#spans.slice(0, this.#used), groupEnds: this.#groupEnds }
  }
}

/** Whether any script of a group may be an own address. The hot path: one look-up a script. */
export function mayTouch(
  { spans, groupEnds }: ScriptTable,
  group: number,
  bytes: Uint8Array,
  own: OwnLookup,
): boolean {
  const end = groupEnds[group] ?? 0
  for (let i = group === 0 ? 0 : (groupEnds[group - 1] ?? 0); i < end; i += 2) {
    if (own.mayHaveScript(bytes, spans[i] as number, spans[i + 1] as number)) return true
  }
  return false
}
