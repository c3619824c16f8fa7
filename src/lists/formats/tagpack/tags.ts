import { type Document, isAlias, isMap, isScalar, isSeq, visit, type YAMLMap } from 'yaml'
import { Spill } from '../spill.ts'

/** The fields of a tag that are taken; each may stand in the header for all tags. Everything else is left unread. */
export const inherited = ['label', 'category', 'abuse', 'actor', 'source', 'lastmod', 'currency'] as const
export type Inherited = Partial<Record<(typeof inherited)[number], string>>

interface Tag {
  /** As it stands in the file; empty where the tag has none. */
  address: string
  line: number
  values: Inherited
}

type Field = 'address' | (typeof inherited)[number]

export function fieldOf(tag: Tag, name: Field): string {
  return (name === 'address' ? tag.address : tag.values[name]) ?? ''
}

/** The tags of a TagPack of any length, put by until its header is known. */
export class Tags {
  count = 0
  last: Tag | undefined
  before: Tag | undefined
  /** The fields that every tag but the last one has. */
  readonly inAllBefore = new Set<Field>(['address', ...inherited])
  readonly #spill = new Spill()

  async add(tag: Tag): Promise<void> {
    const { last } = this
    if (last !== undefined)
      for (const name of this.inAllBefore) if (fieldOf(last, name) === '') this.inAllBefore.delete(name)
    this.before = last
    this.last = tag
    this.count++
    await this.#spill.add([tag])
  }

  /** In the order of the file. */
  async *all(): AsyncGenerator<Tag> {
    for await (const [tag] of this.#spill.all()) yield tag as Tag
  }

  /** Whether a tag but the last one has this value. */
  async hasBefore(name: Field, value: string): Promise<boolean> {
    let number = 0
    for await (const tag of this.all()) if (++number < this.count && fieldOf(tag, name) === value) return true
    return false
  }

  /** Lets go of them. */
  async remove(): Promise<void> {
    await this.#spill.remove()
  }
}

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
