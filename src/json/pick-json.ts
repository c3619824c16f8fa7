/**
 * What to take from a JSON object: a text (`'text'`; kept as a list of one), the texts of an array (`'texts'`), the
 * JSON of a member as it stands (`'raw'`), or members of an object inside. What a tree does not name is never made a
 * value: it can't be collected.
 */
export type PickTree = { readonly [name: string]: 'text' | 'texts' | 'raw' | PickTree }

/**
 * What was taken: by path, such as `properties.publicKey`. A member of another type than wanted is left out; the paths of
 * those whose texts have an object among them stand under {@link withObjects}.
 */
export type Picked = ReadonlyMap<string, readonly string[]>

/** No path of a tree. */
export const withObjects = '{}'

/** How deep objects and lists may stand in each other, where the caller does not say. */
const usualDepth = 100
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const word = /true|false|null/y
const space = /[ \t\n\r]*/y

/**
 * Reads one JSON object from start to end, checks that it is well-formed, and hands over only what the tree names.
 *
 * @param maxDepth how deep objects and lists may stand in each other.
 * @throws SyntaxError where the text is no JSON object, has a wanted member twice, or is deeper than that.
 * @example
 * pickJson('{"id":1,"result":0.10}', { result: 'raw' }).get('result') // ['0.10']
 */
export function pickJson(text: string, tree: PickTree, maxDepth = usualDepth): Picked {
  const reader = new Reader(text, maxDepth)
  reader.object(tree, '', 0)
  reader.end()
  return reader.picked
}

class Reader {
  readonly picked = new Map<string, readonly string[]>()
  readonly #seen = new Set<string>()
  readonly #text: string
  readonly #maxDepth: number
  #at = 0

  constructor(text: string, maxDepth: number) {
    this.#text = text
    this.#maxDepth = maxDepth
  }

  object(tree: PickTree, path: string, depth: number): void {
    this.#list('{', '}', depth, () => {
      const name = this.#string()
      this.#expect(':')
      const want = Object.hasOwn(tree, name) ? tree[name] : undefined
      this.#member(want, path === '' ? name : `${path}.${name}`, depth + 1)
    })
  }

  end(): void {
    this.#match(space)
    if (this.#at < this.#text.length) this.#fail()
  }

  #member(want: PickTree[string] | undefined, path: string, depth: number): void {
    this.#match(space)
    if (want === undefined) {
      this.#skip(depth)
      return
    }
    if (this.#seen.has(path)) throw new SyntaxError(`"${path}" a second time`)
    this.#seen.add(path)
    const start = this.#text[this.#at]
    const from = this.#at
    if (want === 'text' && start === '"') this.picked.set(path, [this.#string()])
    else if (want === 'texts' && start === '[') this.picked.set(path, this.#texts(path, depth))
    else if (typeof want === 'object' && start === '{') this.object(want, path, depth)
    else this.#skip(depth)
    if (want === 'raw') this.picked.set(path, [this.#text.slice(from, this.#at)])
  }

  #texts(path: string, depth: number): string[] {
    const texts: string[] = []
    let hasObject = false
    this.#list('[', ']', depth, () => {
      this.#match(space)
      if (this.#text[this.#at] === '"') texts.push(this.#string())
      else {
        hasObject ||= this.#text[this.#at] === '{'
        this.#skip(depth + 1)
      }
    })
    if (hasObject) this.picked.set(withObjects, [...(this.picked.get(withObjects) ?? []), path])
    return texts
  }

  /** Goes past a value. Without recursion: the trace of a transaction may have a thousand calls in each other. */
  #skip(depth: number): void {
    const closers: string[] = []
    do {
      if (this.#enter(closers, depth)) continue
      // A value ends here, and with it the objects and lists that it is the last of.
      for (let close = closers.at(-1); close !== undefined; close = closers.at(-1)) {
        this.#match(space)
        const next = this.#text[this.#at]
        if (next !== ',' && next !== close) this.#fail()
        this.#at++
        if (next === ',') {
          if (close === '}') this.#skipName()
          break
        }
        closers.pop()
      }
    } while (closers.length > 0)
  }

  /** Goes past a value without parts, or into an object or list that has some: then `true`, and its end is added to the closers. */
  #enter(closers: string[], depth: number): boolean {
    this.#match(space)
    const start = this.#text[this.#at]
    if (start === '"') this.#stringEnd()
    else if (start === '{' || start === '[') {
      if (depth + closers.length > this.#maxDepth) this.#failDepth()
      const close = start === '{' ? '}' : ']'
      this.#at++
      this.#match(space)
      if (this.#text[this.#at] !== close) {
        closers.push(close)
        if (start === '{') this.#skipName()
        return true
      }
      this.#at++
    } else if (!this.#match(word) && !this.#match(number)) this.#fail()
    return false
  }

  #skipName(): void {
    this.#match(space)
    this.#stringEnd()
    this.#expect(':')
  }

  #list(open: string, close: string, depth: number, item: () => void): void {
    if (depth > this.#maxDepth) this.#failDepth()
    this.#expect(open)
    this.#match(space)
    if (this.#text[this.#at] === close) {
      this.#at++
      return
    }
    for (;;) {
      item()
      this.#match(space)
      const next = this.#text[this.#at]
      if (next !== ',' && next !== close) this.#fail()
      this.#at++
      if (next === close) return
    }
  }

  #string(): string {
    this.#match(space)
    const from = this.#at
    this.#stringEnd()
    return JSON.parse(this.#text.slice(from, this.#at)) as string
  }

  /** Goes past a string, and checks its escapes and control characters. */
  #stringEnd(): void {
    const from = this.#at
    this.#expect('"')
    let end = this.#text.indexOf('"', this.#at)
    for (; end >= 0; end = this.#text.indexOf('"', end + 1)) {
      let slashes = 0
      while (this.#text[end - 1 - slashes] === '\\') slashes++
      if (slashes % 2 === 0) break
    }
    if (end < 0) {
      this.#at = this.#text.length
      this.#fail()
    }
    const inside = this.#text.slice(from + 1, end)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them inside a string.
    if (/[\x00-\x1f]/.test(inside) || /\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(inside.replaceAll('\\\\', '')))
      this.#fail()
    this.#at = end + 1
  }

  #expect(character: string): void {
    this.#match(space)
    if (this.#text[this.#at] !== character) this.#fail()
    this.#at++
  }

  #match(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at
    if (!pattern.test(this.#text)) return false
    this.#at = pattern.lastIndex
    return true
  }

  #failDepth(): never {
    throw new SyntaxError(`deeper than ${this.#maxDepth}`)
  }

  #fail(): never {
    const ends = this.#at >= this.#text.length
    throw new SyntaxError(
      ends ? 'it ends in the middle' : `an unexpected character at column ${this.#at + 1}`,
    )
  }
}
