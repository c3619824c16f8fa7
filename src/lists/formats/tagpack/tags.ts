import { Spill } from '../spill.ts'

/** The fields of a tag that are taken; each may stand in the header for all tags. Everything else is left unread. */
export const inherited = ['label', 'category', 'abuse', 'actor', 'source', 'lastmod', 'currency'] as const
export type Inherited = Partial<Record<(typeof inherited)[number], string>>

export interface Tag {
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
