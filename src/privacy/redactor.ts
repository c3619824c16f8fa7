import { stripVTControlCharacters } from 'node:util'
import { withoutPrivateKeys } from '../address/secret.ts'
import { foldings } from './fold-text.ts'

/** Whose URL it is: the path of a list is made of words that messages need, that of a node is not. */
export type Redacted = 'node' | 'list'

/** Nobody's key is shorter, and many a word is. */
const shortestKey = { node: { path: 8, query: 3 }, list: { path: 6, query: 6 } } as const
const shortestLogin = 3

/** What the path of a list is made of, and messages speak of too: `datasets`, `entities.ftm.json`, `SDN_ADVANCED.ZIP`. */
const words = /^[a-z]+([._-][a-z]+)*$|^(?:[A-Z][a-z]{3,}){2,4}$/
const fileName = /^[a-z]+([._-][a-z]+)*\.(xml|zip|csv|json|ya?ml|gz)$/i
/** What a signed address is made of beside its signature: dates, and the type that is asked for. */
const plainValue = /^(?:\d{4}-\d{2}-\d{2}(?:T[\d:.Z+-]*)?|\d{8}(?:T\d{6}Z)?|[a-z]+\/[a-z0-9.+-]+)$/

/** A piece of a secret is known by so many of its letters and digits: half of them, within these bounds. */
const shortestPiece = 6
const longestPiece = 8
/** What is read of one text: more is no message. */
const maxRead = 10_000
/** What stands for a secret. It is no secret itself, also where somebody's password is "secret". */
const mark = '(secret)'

const anyUrl = /[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi
/** Control and format characters (bidirectional marks, zero-width ones), unpaired surrogates, and other line ends. */
const unprintable = /[\p{C}\p{Zl}\p{Zp}]+/gu

/**
 * The one place where text from outside is made fit to be thrown, logged, shown or stored: what nodes, gateways and
 * list servers wrote may echo the keys and passwords that they were asked with, and may be made to mislead a terminal.
 *
 * A secret is known in any letter case, percent-encoded (also twice), with HTML or JSON escapes, in Base64 and hex, with
 * other characters between its own, and in pieces of half its length (six to eight letters or digits).
 */
export class Redactor {
  /** The folded secrets by the length that they are looked for with; of long ones every piece of that length. */
  readonly #pieces = new Map<number, Set<string>>()
  /** Secrets with hardly a letter or digit, which folding would lose. */
  readonly #literals = new Set<string>()
  readonly #kind: Redacted
  /** A user that is a word, such as `bitcoin`: no secret where a password stands beside it. */
  #name = ''

  constructor(kind: Redacted, urls: readonly string[] = []) {
    this.#kind = kind
    for (const url of urls) this.addUrl(url)
  }

  /** Learns what a URL keeps secret: user, password, and what of its path and query may be a key. */
  addUrl(url: string): void {
    const { username, password, pathname, search, searchParams } = new URL(url)
    const parts = pathname.split('/').flatMap((part) => [part, ...part.split(/[;=]/)])
    // As written, where `+` is no space, and a key may stand alone, without a name and `=`.
    const written = search
      .slice(1)
      .split('&')
      .flatMap((pair) => [
        pair.slice(pair.indexOf('=') + 1),
        ...(/^[^=]+=$/.test(pair) ? [pair.slice(0, -1)] : []),
      ])
    const values = [...searchParams.values(), ...written]
    for (const part of parts) if (this.#mayBeKey(part, 'path')) this.#add(part)
    for (const value of values) if (this.#mayBeKey(value, 'query')) this.#add(value)
    if (username + password !== '') this.addLogin(username, password)
  }

  /** Learns a user and a password, also as they are sent (RFC 7617). */
  addLogin(username: string, password: string): void {
    const isName = this.#kind === 'node' && password !== '' && /^_*[a-z]+$/i.test(username)
    for (const part of isName ? [password] : [username, password])
      if (part.length >= shortestLogin) this.#add(part)
    if (isName) this.#name = lettersOf(username)
    const login = `${decoded(username)}:${decoded(password)}`
    this.#addPieces(Buffer.from(login).toString('base64'), 4)
    this.#addForms(login)
  }

  /** A sentence of ours that may quote text from outside. */
  redact(text: string): string {
    return printable(this.#withoutSecrets(text))
  }

  /** Text from outside alone, to be quoted: without URLs too, and short. */
  quote(text: string, maxLength = 200): string {
    const clean = printable(this.#withoutSecrets(text).replace(anyUrl, '(url)')).trim()
    return clean.length > maxLength ? `${clean.slice(0, maxLength)}…` : clean
  }

  /** Whether a secret, or a piece of one, stands in a text that can't be changed without losing its use. */
  reveals(text: string): boolean {
    return this.#found(text).length > 0
  }

  /**
   * Redacts an error and what it holds, in place: message, details, stack and causes. Also one that is not ours, whose
   * text may quote what was parsed.
   */
  redactError<E>(error: E): E {
    if (!(error instanceof Error)) return error
    // Defined anew: the message of a DOMException, which ends what takes too long, has only a getter.
    const put = (name: 'message' | 'stack', value: string) =>
      Object.defineProperty(error, name, { value, configurable: true, writable: true })
    put('message', this.redact(error.message))
    const lines = error.stack?.split('\n').map((line) => this.redact(line))
    if (lines !== undefined) put('stack', lines.join('\n'))
    if ('details' in error && Array.isArray(error.details))
      error.details = error.details.map((detail: unknown) => this.redact(String(detail)))
    if (error.cause !== error) this.redactError(error.cause)
    return error
  }

  #mayBeKey(part: string, where: 'path' | 'query'): boolean {
    if (part.length < shortestKey[this.#kind][where]) return false
    if (this.#kind === 'node') return true
    return where === 'path' ? !words.test(part) && !fileName.test(part) : !plainValue.test(part)
  }

  #add(secret: string): void {
    for (const form of new Set([secret, decoded(secret), decoded(secret.replaceAll('+', ' '))])) {
      if (lettersOf(form).length < Math.min(shortestPiece, form.length / 2)) this.#literals.add(form)
      this.#addForms(form)
    }
  }

  /** As it is, in hex, and in Base64 wherever in a longer text it stands: of that, what does not depend on its neighbours. */
  #addForms(secret: string): void {
    this.#addPieces(secret, shortestLogin)
    const bytes = Buffer.from(secret)
    this.#addPieces(bytes.toString('hex'), shortestPiece)
    for (const [before, dependent] of [0, 2, 3].entries()) {
      const text = Buffer.concat([Buffer.alloc(before), bytes])
        .toString('base64')
        .replace(/=+$/, '')
      const open = (before + bytes.length) % 3 === 0 ? 0 : 1
      this.#addPieces(text.slice(dependent, text.length - open), shortestPiece)
    }
  }

  #addPieces(text: string, shortest: number): void {
    const letters = lettersOf(text)
    if (letters.length < shortest) return
    const half = Math.min(longestPiece, Math.max(shortestPiece, Math.ceil(letters.length / 2)))
    const length = Math.min(letters.length, half)
    const pieces = this.#pieces.get(length) ?? new Set()
    this.#pieces.set(length, pieces)
    for (let at = 0; at + length <= letters.length; at++) {
      const piece = letters.slice(at, at + length)
      if (!this.#name.includes(piece)) pieces.add(piece)
    }
  }

  #withoutSecrets(text: string): string {
    const read = text.length > maxRead ? `${text.slice(0, maxRead)}…` : text
    let clean = ''
    let end = 0
    for (const [start, until] of this.#found(read)) {
      clean += read.slice(end, start) + mark
      end = until
    }
    return clean + read.slice(end)
  }

  /** Where secrets stand, in order, without overlaps. */
  #found(text: string): [start: number, end: number][] {
    const marks = occurrences(text, mark)
    const spans = [...this.#literals].flatMap((literal) => occurrences(text, literal))
    for (const { letters, starts, ends } of foldings(text)) {
      for (const [length, pieces] of this.#pieces) {
        for (let at = 0; at + length <= letters.length; at++) {
          if (!pieces.has(letters.slice(at, at + length))) continue
          spans.push([starts[at] ?? 0, ends[at + length - 1] ?? text.length])
        }
      }
    }
    const merged: [number, number][] = []
    for (const [start, end] of spans.sort(([a], [b]) => a - b)) {
      if (marks.some(([from, to]) => start >= from && end <= to)) continue
      const last = merged.at(-1)
      if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end)
      else merged.push([start, end])
    }
    // What pads Base64 belongs to it.
    return merged.map(([start, end]) => [start, end + (/^=*/.exec(text.slice(end))?.[0].length ?? 0)])
  }
}

/** Without what moves a terminal's cursor, colours it, or turns the direction of what follows, and without private keys. */
function printable(text: string): string {
  return withoutPrivateKeys(stripVTControlCharacters(text).replace(unprintable, ' '))
}

function lettersOf(text: string): string {
  return foldings(text)[0]?.letters ?? ''
}

function occurrences(text: string, part: string): [number, number][] {
  const found: [number, number][] = []
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length))
    found.push([at, at + part.length])
  return found
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
