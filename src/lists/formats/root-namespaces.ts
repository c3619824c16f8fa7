import type { SaxesTagPlain } from 'saxes'

/** The namespaces as the root declares them: no published list declares one further down. */
export class RootNamespaces {
  /** Of the root; `null` for none. */
  readonly uri: string | null
  /** By prefix; without one, `''`. */
  readonly #uris = new Map<string, string | null>([['', null]])

  constructor(root: SaxesTagPlain) {
    for (const [prefix, uri] of declarations(root)) this.#uris.set(prefix, uri)
    this.uri = this.#uris.get(prefixOf(root.name)) ?? null
  }

  /** Whether an element is of the namespace of the root, and declares no other that it would be of itself. */
  has(tag: SaxesTagPlain): boolean {
    const prefix = prefixOf(tag.name)
    const declared = declarations(tag)
    // What is declared anew holds for all that is inside, too.
    if (declared.some(([name, uri]) => this.#uris.has(name) && this.#uris.get(name) !== uri)) return false
    const [, uri] = declared.find(([name]) => name === prefix) ?? [prefix, this.#uris.get(prefix)]
    return uri === this.uri
  }
}

export function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

function prefixOf(name: string): string {
  return name.slice(0, Math.max(0, name.indexOf(':')))
}

function declarations({ attributes }: SaxesTagPlain): [prefix: string, uri: string | null][] {
  return Object.entries(attributes).flatMap(([name, value]) => {
    if (name !== 'xmlns' && !name.startsWith('xmlns:')) return []
    return [[name.slice('xmlns:'.length), value.trim() || null]]
  })
}
