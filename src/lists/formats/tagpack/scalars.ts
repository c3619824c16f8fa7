import { type Document, isAlias, isMap, isScalar, isSeq, visit, type YAMLMap } from 'yaml'

/**
 * The texts that a YAML file gives names to, across its parts: `&d 2023-08-28` in one tag, `*d` in all others; and
 * `&b` before a map, whose fields others take over with `<<: *b`.
 */
export class Scalars {
  readonly #byAnchor = new Map<string, string>()
  /** Flat: what a map took over itself stands in it already, so that no map is looked through twice. */
  readonly #maps = new Map<string, ReadonlyMap<string, string>>()
  readonly #names: readonly string[]

  /** @param names the fields of a map that may be taken over. Every other is left unread. */
  constructor(names: readonly string[]) {
    this.#names = names
  }

  /** Remembers the anchors of a part. Of a name given twice the later one counts, as in YAML. */
  keepAnchors(document: Document.Parsed): void {
    visit(document, {
      Scalar: (_, node) => {
        if (node.anchor) this.#byAnchor.set(node.anchor, String(node.value ?? ''))
      },
      Map: (_, node) => {
        if (node.anchor) this.#maps.set(node.anchor, this.#fieldsOf(node))
      },
    })
  }

  /** @returns `null` where there is nothing, `undefined` for a list, a map, or an alias that names no scalar. */
  textOf(node: unknown): string | null | undefined {
    if (node === null || node === undefined) return null
    if (isAlias(node)) return this.#byAnchor.get(node.source)
    return isScalar(node) ? String(node.value ?? '') : undefined
  }

  /**
   * The fields that a map takes over by `<<` from another, or from several, of which the first one counts.
   *
   * @returns `undefined` where one of them is no map that is known.
   */
  takenOver(map: YAMLMap<unknown, unknown>): ReadonlyMap<string, string> | undefined {
    const fields = new Map<string, string>()
    for (const { key, value } of map.items) {
      if (!isScalar(key) || key.value !== '<<') continue
      for (const each of isSeq(value) ? value.items : [value]) {
        const from = isAlias(each)
          ? this.#maps.get(each.source)
          : isMap(each)
            ? this.#fieldsOf(each)
            : undefined
        if (from === undefined) return undefined
        for (const [name, text] of from) if (!fields.has(name)) fields.set(name, text)
      }
    }
    return fields
  }

  #fieldsOf(map: YAMLMap<unknown, unknown>): Map<string, string> {
    const fields = new Map(this.takenOver(map))
    for (const { key, value } of map.items) {
      const name = isScalar(key) ? String(key.value) : ''
      const text = this.textOf(value)
      if (this.#names.includes(name) && typeof text === 'string') fields.set(name, text)
    }
    return fields
  }
}
