import { readListed } from '../../address/read-listed.ts'
import { holdsKeyDigits, holdsSeedPhrase, looksPrivate, wholePhrase } from '../../address/secret.ts'
import { hasPersonalData } from '../../privacy/forbidden-columns.ts'
import type { ListedAddress, ParsedList, RowStore, UnparsedItem } from '../types.ts'
import { extractAddresses } from './free-text/extract-addresses.ts'
import { looksLikeAddress, standsForAddress } from './free-text/looks-like.ts'

/** What a source says of the party that an address belongs to. */
export type About = Omit<ListedAddress, 'key' | 'address' | 'asset'>

/** Gathers the addresses of a list. What says nothing new is left out; whatever differs is for `mergeByKey` to put together. */
export class Collector {
  /** Without those that went into the store. */
  readonly #addresses: ListedAddress[] = []
  readonly #unparsed: UnparsedItem[] = []
  /** Texts beside an address that were left out, since they tell of a person. */
  #textsLeftOut = 0
  /** What could not be read beyond {@link maxUnparsed}. */
  #unparsedNotKept = 0
  readonly #seen = new Set<string>()
  readonly #store: RowStore | null
  #stored = 0

  /** @param store takes the addresses, also what says nothing new: of a list that may have many. */
  constructor(store: RowStore | null = null) {
    this.#store = store
  }

  /**
   * Takes the addresses of a free text.
   *
   * @returns whether there was anything in it.
   */
  text(text: string, about: About, where: string): boolean {
    const { found, unparsed } = extractAddresses(text)
    for (const { key, address, asset } of found) this.#add({ key, address, asset, ...about })
    for (const item of unparsed) this.#addUnparsed({ ...item, where })
    return found.length + unparsed.length > 0
  }

  /** Takes a field that holds one address and nothing else; anything else in it is for a person to look at. */
  field(raw: string, asset: string | null, about: About, where: string): void {
    const parsed = readListed(raw, asset)
    if (parsed.ok) this.#add({ key: parsed.key, address: raw, asset, ...about })
    else this.noAddress({ raw, reason: whatElse(raw) ?? parsed.reason, asset, where })
  }

  /** Something that stands for an address and is none, as the file has it. @param visible what of it is kept. */
  noAddress(item: UnparsedItem, visible = visibleRaw): void {
    this.#addUnparsed({ ...item, raw: visible(item.raw) })
  }

  /** Of ids, those of a form that holds nothing of a person. The others are counted. */
  ids(ids: readonly string[], isNeutral: (id: string) => boolean): string[] {
    const taken = ids.filter(isNeutral)
    this.#textsLeftOut += ids.length - taken.length
    return taken
  }

  /** The list that was read. Its counts also say how much was left out, where anything was. */
  list(issuedOn: string | null, counts: Readonly<Record<string, number>>): ParsedList {
    const [addresses, unparsed] = [this.#addresses, this.#unparsed]
    const [textsLeftOut, unparsedNotKept] = [this.#textsLeftOut, this.#unparsedNotKept]
    return {
      ...{ issuedOn, addresses, unparsed },
      counts: {
        ...counts,
        ...(textsLeftOut > 0 && { textsLeftOut }),
        ...(unparsedNotKept > 0 && { unparsedNotKept }),
      },
    }
  }

  /** How many different texts were taken as addresses, or stood where one should. */
  count(): number {
    const texts = new Set([...this.#addresses, ...this.#unparsed].map(textOf)).size
    return this.#store === null ? texts : texts + countTexts(this.#store)
  }

  #add(listed: ListedAddress): void {
    const row = {
      ...listed,
      asset: this.#text(listed.asset),
      subjectIds: this.#texts(listed.subjectIds),
      programs: this.#texts(listed.programs),
      ...(listed.source !== undefined && { source: this.#text(listed.source) }),
    }
    if (this.#store !== null) this.#store.add(row, this.#stored++)
    else if (this.#isNew(JSON.stringify(row))) this.#addresses.push(row)
  }

  #addUnparsed(item: UnparsedItem): void {
    const { raw, reason, asset, where } = item
    const shown = {
      raw: cut(withoutSecrets(raw)),
      // Both may have words of the file in them: the name of an exchange or of a type, an id.
      reason: cut(this.#text(reason) ?? 'no address'),
      asset: this.#text(asset),
      where: cut(this.#text(where) ?? '(not shown)'),
    }
    if (this.#unparsed.length >= maxUnparsed) this.#unparsedNotKept++
    else if (this.#isNew(JSON.stringify(Object.values(shown)))) this.#unparsed.push(shown)
  }

  /** A text that says something of an address: none that tells of a person, and none without end. Names are the publisher's. */
  #text(text: string | null): string | null {
    if (text === null || !hasPersonalData(text.slice(0, maxTextChars))) return text && cut(text, maxTextChars)
    this.#textsLeftOut++
    return null
  }

  #texts(texts: readonly string[]): string[] {
    return texts.map((each) => this.#text(each)).filter((each) => each !== null)
  }

  #isNew(id: string): boolean {
    const { size } = this.#seen
    return this.#seen.add(id).size > size
  }
}

/** A person looks at no more, and a hostile file must not fill the memory; the others are counted. */
const maxUnparsed = 100_000

/** No currency, program, id or source is longer; a hostile file's must not fill the tables. */
const maxTextChars = 1_000

/** The beginning of a long text, as such. */
function cut(text: string, most = maxChars): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}

const textOf = (item: ListedAddress | UnparsedItem) => ('raw' in item ? item.raw : item.address)

/** How many different texts there are, as those of one key. */
function countTexts(store: RowStore): number {
  let texts = 0
  for (const group of store.byKey())
    texts += group.length === 1 ? 1 : new Set(group.map(({ row }) => row.address)).size
  return texts
}

/** Beyond it nobody looks what else may stand in a field: that takes its time, and it is no address anyway. */
const maxFieldChars = 1 << 16

function whatElse(raw: string): string | null {
  if (raw.length > maxFieldChars) return null
  const { found, unparsed } = extractAddresses(raw)
  if (found.length > 1) return `${found.length} addresses in one field`
  if (found.length === 1) return 'an address and something else in one field'
  return unparsed[0]?.reason ?? null
}

/** Nobody looks for what is address-like in more. */
const maxChars = 300

/**
 * What may be stored and shown of a publisher's field that should hold an address and holds something else: an address in
 * parts or with a memo, an account's number. Prose without anything like an address, and words that tell of a person's
 * birth, nationality or documents, are not.
 */
export function visibleRaw(raw: string): string {
  if (holdsSecret(raw)) return notShown
  const start = raw.slice(0, maxChars)
  if (hasPersonalData(start)) return addressLikeWords(raw)
  const isWord = raw.length <= maxChars && !/\s/.test(raw.trim())
  // No more is shown than was looked at.
  return isWord || wordsOf(start).some(isLikeAddress) ? cut(raw) : counted(raw)
}

/**
 * The same of a cell that a user says holds addresses: it may be that of another column. Only the words that are like an
 * address are shown, with `…` in the place of all others.
 */
export function addressLikeWords(raw: string): string {
  // 32 bytes in a user's own file may be a private key, and in a publisher's are a hash.
  if (holdsSecret(raw) || holdsKeyDigits(raw)) return notShown
  const words = wordsOf(raw.slice(0, maxChars))
  if (!words.some(isLikeAddress)) return counted(raw)
  return words
    .map((word) => (isLikeAddress(word) ? word : '…'))
    .join(' ')
    .replace(/…(?: …)+/g, '…')
}

const notShown = '(a private key or seed phrase, not shown)'

function holdsSecret(raw: string): boolean {
  return looksPrivate(raw) || holdsSeedPhrase(raw, wholePhrase)
}

/** What a list holds in place of an address, unless it is a secret that somebody published by mistake. */
function withoutSecrets(raw: string): string {
  return holdsSecret(raw) ? notShown : raw
}

function counted(raw: string): string {
  return raw === '' ? '' : `(${raw.length} characters)`
}

function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}\p{M}\p{Cf}\ufffd]+/gu) ?? []
}

function isLikeAddress(word: string): boolean {
  return /[^0-9]/.test(word) && (looksLikeAddress(word) || standsForAddress(word))
}
