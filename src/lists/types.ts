import type { Readable } from 'node:stream'
import type { ZodType } from 'zod'
import type { Key } from '../address/key.ts'
import type { Category } from '../screening/types.ts'
import type { Publication } from './publication.ts'

/** One address as one row of a published list. Several rows may carry the same key. */
export interface ListedAddress {
  key: Key
  /** As published. */
  address: string
  /** The source's label, such as `XBT`; `null` where it gives none. Never decides what the address is. */
  asset: string | null
  /** The source's ids of the parties, such as OFAC's FixedRef; empty where it gives none. */
  subjectIds: readonly string[]
  subject: string | null
  programs: readonly string[]
  /** The source's date for the party, `YYYY-MM-DD`. */
  listedOn: string | null
  /** The date by which the source published this address, where the file itself knows. */
  publishedBy: string | null
  /** Where the file itself says that the address was removed. */
  removedOn: string | null
  /** Where the file says which list or publication named the address: `SDN List`, or what a user wrote. */
  source?: string | null
}

/** Something that stands where an address should, and is none we can read. Counted and shown, never dropped in silence. */
export interface UnparsedItem {
  raw: string
  reason: string
  asset: string | null
  /** Where in the file: a line, or a feature id. */
  where: string
}

/** Takes the rows of a list that may be of any length, so that they need not all be in memory. */
export interface RowStore {
  /** @param number its place in the file: that of no other row. */
  add(row: ListedAddress, number: number): void
  /** Takes a row out again. Not while they are being read. */
  drop(key: Key, number: number): void
  /** All rows: those of one key together, in the order of the file. */
  byKey(): Iterable<readonly { number: number; row: ListedAddress }[]>
}

/** What one version of a list says. */
export interface ParsedList {
  /** The source's own date of issue, `YYYY-MM-DD`; `null` where the format has none. Not a version: two files may carry the same. */
  issuedOn: string | null
  /** Without those that were put into a store. */
  addresses: readonly ListedAddress[]
  unparsed: readonly UnparsedItem[]
  /** Counts the format can vouch for, such as `{ parties: 18367, features: 761 }`; kept with the snapshot. */
  counts: Readonly<Record<string, number>>
}

/** What a user has to know of a format, in Markdown. */
export interface FormatPage {
  what: string
  taken: string
  dates: string
  /** What `listed_on` of an entry is. */
  begins: string
  ends: string
  /** Where the publisher says so. */
  source: string
}

/** The keys of a list in the config that only its format has, as they were given. */
export type ListOptions = Readonly<Record<string, unknown>>

/**
 * One published format. Adding one is one file in `formats/` and one line in `formats/index.ts`.
 */
export interface ListFormat {
  /** As the config names it. */
  readonly id: string
  /**
   * Of the parser: one more whenever it takes something else from the same bytes than before. Files that are kept are
   * then read anew, and what differs goes through the gate.
   */
  readonly version: number
  readonly category: Category
  /** True where a row's `listedOn` is also the date by which the address was published (a list of one's own). */
  readonly listedOnIsPublished: boolean
  /** Defaults of the config's `maxAge` and `maxIssueAge`, such as `72h`; `null`: none, since nobody promises to renew it. */
  readonly ages: { readonly check: string | null; readonly issue: string | null }
  /** Whether a file can say when it was issued. */
  readonly dated: boolean
  /** Its rows of the tables in docs/lists.md. */
  readonly page: FormatPage
  /** Keys of the config that only lists of this format have, and the format that they make. */
  readonly layout?: {
    readonly keys: Readonly<Record<string, ZodType>>
    readonly apply: (options: ListOptions) => ListFormat
  }
  /** The publisher of whose list chainscreen ships a history. */
  readonly history?: 'ofac'
  /**
   * Reads a whole file, already decompressed, as a stream of bytes.
   *
   * @param today `YYYY-MM-DD` (UTC); the clock's where not given. A removal that is still to come is none yet.
   * @param recognised called as soon as the file has shown that it is of this format: a root element, a header of nothing
   * but known columns. What is rejected before may be anything, and is not kept.
   * @param store takes the addresses, where the format can have many; else they are in the result.
   * @throws ChainscreenError `bad-file` when the file is not complete, not well-formed or not of this format; a
   * single address that can't be read goes into `unparsed` instead. Formats whose rows the user wrote (csv)
   * refuse the whole file and name the lines. The message names lines, counts and rules, and repeats nothing of the file.
   */
  parse(input: Readable, today?: string, recognised?: () => void, store?: RowStore): Promise<ParsedList>
  /** Where its publisher announces versions beside the file. */
  readonly publication?: Publication
}
