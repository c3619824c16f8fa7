import type { Readable } from 'node:stream'
import { SaxesParser, type SaxesTagPlain } from 'saxes'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import { decodeUtf8 } from './read-text.ts'

export type XmlAttributes = Readonly<Record<string, string>>

/**
 * What to take from one kind of element. An element that no parent names in `children` is left unread with all
 * that is in it: what a tree of these does not name can't be collected.
 */
export interface XmlElement {
  /** `false` leaves this element unread, with all that is in it. */
  accept?: (attributes: XmlAttributes) => boolean
  open?: (attributes: XmlAttributes) => void
  /** The whole text directly inside the element, before `close`; empty text too. */
  text?: (text: string) => void
  /** Prose: its text is also that of the elements inside (`<b>`, `<br/>`), with a line break at the borders of each. */
  prose?: true
  close?: () => void
  /** By local name, in the namespace of the root. */
  children?: Readonly<Record<string, XmlElement>>
}

interface XmlDocument {
  /** The local name of the root. */
  root: string
  /** The namespaces in which it is published, today and before; `null` for none. */
  namespaces: readonly (string | null)[]
  element: XmlElement
  /** For error messages, such as `an OFAC advanced XML file`. */
  what: string
  /** Called once the root has shown that the file is such a document. */
  recognised?: () => void
}

/** What the tree of a document throws of an element that is not as it has to be: the walk adds the line. */
export class WrongElement extends Error {}

/** No published list has a tag, or anything between two, near this length. */
const maxQuietChars = 1 << 20
/** Nor one of the texts that are taken: whoever looks through one does so at once, and followers wait. */
const maxTextChars = 1 << 16
/** OFAC's files are 9 deep. */
const maxDepth = 100

/**
 * Reads an XML file from start to end in one pass and calls the elements of the tree as they come. Holds one
 * chunk and one element's text in memory. Errors name lines, and the elements of the tree, and nothing else of the file.
 *
 * @throws ChainscreenError `bad-file` where the file is empty, cut short, not UTF-8, not well-formed or of another
 * root or namespace; where it has a DOCTYPE (so no entity is ever expanded but XML's own five); and where it is deeper or has a
 * longer tag or text than any list has.
 */
export async function walkXml(input: Readable, document: XmlDocument): Promise<void> {
  const walk = new Walk(document)
  let read = 0
  for await (const { text, bytesRead } of decodeUtf8(input)) {
    read = bytesRead
    walk.write(text, read)
  }
  walk.end(read)
}

interface Open {
  name: string
  element: XmlElement
  text: string
}

class Walk {
  readonly #document: XmlDocument
  readonly #parser = new SaxesParser()
  /** The wanted elements that are open, outermost first. */
  readonly #stack: Open[] = []
  #namespaces: RootNamespaces | null = null
  /** How deep inside an unwanted element the parser is. */
  #skipped = 0
  #rootEnded = false
  #moved = false
  #quiet = 0

  constructor(document: XmlDocument) {
    this.#document = document
    const parser = this.#parser
    parser.on('opentag', (tag) => this.#open(tag))
    parser.on('closetag', () => this.#close())
    parser.on('text', (text) => this.#text(text))
    parser.on('cdata', (text) => this.#text(text))
    parser.on('xmldecl', ({ encoding }) => {
      if (encoding !== undefined && !/^(utf-?8|us-ascii)$/i.test(encoding))
        throw bad('The XML says that it is encoded otherwise; expected UTF-8.')
    })
    parser.on('doctype', () => {
      throw bad(`The file has a DOCTYPE, which ${document.what} never has; it was not read.`)
    })
    parser.on('error', (cause) => {
      // saxes names what it found behind a colon.
      const reason = cause.message.replace(/^(.*?:)?\d+:\d+: /, '').replace(/(?::.*)?\.?$/s, '')
      throw bad(`The XML is not well-formed at line ${parser.line}, column ${parser.column}: ${reason}.`)
    })
  }

  write(text: string, bytesRead: number): void {
    this.#moved = false
    try {
      this.#parser.write(text)
    } catch (error) {
      throw error instanceof WrongElement ? bad(`At line ${this.#parser.line}: ${error.message}`) : error
    }
    this.#quiet = this.#moved ? 0 : this.#quiet + text.length
    if (this.#quiet > maxQuietChars)
      throw bad(
        `One tag, text or comment is longer than ${maxQuietChars} characters, before byte ${bytesRead}.`,
      )
  }

  end(bytesRead: number): void {
    if (bytesRead === 0) throw bad('The file is empty.')
    if (!this.#rootEnded && this.#stack.length > 0) {
      const path = this.#stack.map(({ name }) => name).join(' > ')
      throw bad(
        `The XML ends in the middle (inside ${path}), after ${bytesRead.toLocaleString('en-US')} bytes: the file is cut short, get it again.`,
      )
    }
    this.#parser.close()
  }

  #open(tag: SaxesTagPlain): void {
    this.#moved = true
    if (this.#skipped + this.#stack.length >= maxDepth)
      throw bad(`The XML is more than ${maxDepth} elements deep at line ${this.#parser.line}.`)
    if (this.#skipped > 0) {
      this.#skipped++
      this.#border()
      return
    }
    const name = localName(tag.name)
    const element = this.#wanted(name, tag)
    if (element === undefined || element.accept?.(tag.attributes) === false) {
      this.#skipped = 1
      this.#border()
      return
    }
    this.#stack.push({ name, element, text: '' })
    element.open?.(tag.attributes)
  }

  #wanted(name: string, tag: SaxesTagPlain): XmlElement | undefined {
    const parent = this.#stack.at(-1)
    if (parent !== undefined) {
      const { children } = parent.element
      if (children === undefined || !Object.hasOwn(children, name)) return undefined
      if (!this.#namespaces?.has(tag))
        throw bad(`<${name}> at line ${this.#parser.line} is of another namespace than the root of the file.`)
      return children[name]
    }
    const { root, element, what } = this.#document
    if (name !== root) throw bad(`The file is not ${what}: its root element is another, expected <${root}>.`)
    this.#namespaces = new RootNamespaces(tag)
    if (!this.#document.namespaces.includes(this.#namespaces.uri)) {
      const expected = this.#document.namespaces.map(named).join(' or ')
      throw bad(
        `The file is not ${what}: <${root}> is of ${this.#namespaces.uri === null ? 'no' : 'another'} namespace, expected ${expected}.`,
      )
    }
    this.#document.recognised?.()
    return element
  }

  #close(): void {
    this.#moved = true
    if (this.#skipped > 0) {
      this.#skipped--
      this.#border()
      return
    }
    const open = this.#stack.pop()
    open?.element.text?.(open.text)
    open?.element.close?.()
    this.#rootEnded = this.#stack.length === 0
  }

  /** Of an element inside the innermost wanted one. */
  #border(): void {
    const open = this.#stack.at(-1)
    if (open?.element.prose) this.#take(open, '\n')
  }

  #text(text: string): void {
    const open = this.#stack.at(-1)
    if (open?.element.text === undefined || (this.#skipped > 0 && !open.element.prose)) return
    this.#take(open, text)
  }

  #take(open: Open, text: string): void {
    open.text += text
    if (open.text.length > maxTextChars)
      throw bad(`The text of a <${open.name}> is longer than ${maxTextChars} characters.`)
  }
}

function bad(message: string): ChainscreenError {
  return new ChainscreenError('bad-file', message)
}

function named(namespace: string | null): string {
  return namespace === null ? 'no namespace' : `the namespace ${JSON.stringify(namespace)}`
}

/** The namespaces as the root declares them: no published list declares one further down. */
class RootNamespaces {
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

function localName(name: string): string {
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
