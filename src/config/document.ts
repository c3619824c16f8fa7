import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
} from 'yaml'
import { withoutKeys } from '../address/secret.ts'
import { ChainscreenError, messageOf } from '../diagnostics/errors.ts'
import type { KeyPath } from './mistakes.ts'

/** A config file as YAML, which knows the line of every key. */
export class ConfigDocument {
  readonly file: string
  /** The values as written, before variables are put in: safe to look at for messages. */
  readonly written: unknown
  readonly #document: Document
  readonly #lines = new LineCounter()

  /** @throws ChainscreenError `config` when the text is not YAML */
  constructor(text: string, file: string) {
    this.file = file
    // prettyErrors would quote the lines of the file, with whatever secret stands in them.
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false })
    const problems = [...this.#document.errors, ...this.#document.warnings]
    if (problems.length > 0) {
      throw notYaml(
        file,
        problems.map((problem) => {
          const line = this.#lines.linePos(problem.pos[0]).line
          const hint = (text.split('\n')[line - 1] ?? '').includes('${') ? ` (put "\${…}" in quotes)` : ''
          return `${file}:${line} ${withoutKeys(problem.message)}${hint}`
        }),
      )
    }
    this.#keepHexAsText()
    this.written = this.value()
  }

  /** The whole as plain values. @throws ChainscreenError `config` when aliases would blow it up */
  value(): unknown {
    let value: unknown
    try {
      value = this.#document.toJS()
    } catch (cause) {
      throw notYaml(this.file, [`${this.file}:1 ${withoutKeys(messageOf(cause))}`])
    }
    if (holdsItself(value))
      throw notYaml(this.file, [`${this.file}:1 an alias (*) is inside the value that it refers to`])
    return value
  }

  /** Every text value, with what was put in place of variables. */
  texts(): { path: KeyPath; text: string }[] {
    const found: { path: KeyPath; text: string }[] = []
    this.#eachScalar(({ value }, path) => {
      if (typeof value === 'string') found.push({ path, text: value })
    })
    return found
  }

  /** Puts `change`'s answer in place of every text value (never of a key). */
  replaceTexts(change: (text: string, path: KeyPath) => string): void {
    this.#eachScalar((scalar, path) => {
      if (typeof scalar.value === 'string') scalar.value = change(scalar.value, path)
    })
  }

  /** The value as written at this path, `undefined` where there is none. */
  writtenAt(path: KeyPath): unknown {
    let value = this.written
    for (const step of path) {
      if (typeof value !== 'object' || value === null) return undefined
      value = (value as Record<PropertyKey, unknown>)[step]
    }
    return value
  }

  /** The line of the key at this path, or of the nearest key around it that stands in the file. */
  lineOf(path: KeyPath): number {
    let node: unknown = this.#document.contents
    let offset = 0
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(this.#document)
      const pair = isMap(node) ? node.items.find((item) => keyOf(item) === String(step)) : undefined
      const here = pair ? pair.key : isSeq(node) ? node.items[Number(step)] : undefined
      if (here === undefined) break
      offset = (here as Node).range?.[0] ?? offset
      node = pair ? pair.value : here
    }
    return this.#lines.linePos(offset).line
  }

  /** YAML 1.2 reads an unquoted `0xdac17f…` as a number; twenty bytes are always meant as an address. */
  #keepHexAsText(): void {
    this.#eachScalar((scalar) => {
      if (typeof scalar.value === 'number' && /^0x[0-9a-f]{40}$/i.test(scalar.source ?? '')) {
        scalar.value = scalar.source
      }
    })
  }

  #eachScalar(visit: (scalar: Scalar, path: KeyPath) => void): void {
    const walk = (node: unknown, path: KeyPath): void => {
      if (isScalar(node)) visit(node, path)
      else if (isMap(node)) for (const pair of node.items) walk(pair.value, [...path, keyOf(pair)])
      else if (isSeq(node)) for (const [index, item] of node.items.entries()) walk(item, [...path, index])
    }
    walk(this.#document.contents, [])
  }
}

/** Whether a value stands inside itself: whoever walks it would never end. */
function holdsItself(value: unknown, around: readonly unknown[] = []): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (around.includes(value)) return true
  return Object.values(value).some((item) => holdsItself(item, [...around, value]))
}

function keyOf(pair: Pair): string {
  return String(isScalar(pair.key) ? pair.key.value : pair.key)
}

function notYaml(file: string, details: readonly string[]): ChainscreenError {
  return new ChainscreenError(
    'config',
    `The config ${file} can't be read as YAML: ${details[0] ?? 'no reason given'}.`,
    { details },
  )
}
