import type { Key } from '../../address/key.ts'

/** What is known of when an address stood on a list, beside what the list's own files say. */
export interface AddressHistory {
  key: Key
  /** As published. */
  address: string
  /** The source's labels. */
  assets: readonly string[]
  /** The source's date for the party, where known. */
  listedOn: string | null
  /** The date by which the address was published. */
  publishedBy: string
  /** The date by which it was removed; `null` where it was not. */
  removedBy: string | null
}
