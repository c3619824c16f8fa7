import type { XmlElement } from '../walk-xml.ts'
import { dateElement, detach, type References } from './references.ts'

/** Why and since when a party is listed: its sanctions entries, put together. */
export interface Listing {
  programs: Set<string>
  lists: Set<string>
  /** The earliest of the dates, of which there is one for each legal basis. */
  listedOn: string | null
}

/** Reads the sanctions entries of the parties that were kept, and of no other. */
export class Entries {
  /** By profile id. */
  readonly byProfile = new Map<string, Listing>()
  /** Entries of the SDN list, of all parties: OFAC's consolidated file has none. */
  sdnEntries = 0
  /** Dates that are none of the calendar. */
  unreadableDates = 0
  readonly #references: References
  readonly #profileIds: ReadonlySet<string>
  #listing: Listing = emptyListing()

  constructor(references: References, profileIds: ReadonlySet<string>) {
    this.#references = references
    this.#profileIds = profileIds
  }

  readonly element: XmlElement = {
    children: {
      SanctionsEntry: {
        accept: ({ ProfileID, ListID }) => {
          if (this.#references.lists.get(ListID ?? '') === 'SDN List') this.sdnEntries++
          return this.#profileIds.has(ProfileID ?? '')
        },
        open: ({ ProfileID, ListID }) => {
          const profile = ProfileID ?? ''
          this.#listing = this.byProfile.get(profile) ?? emptyListing()
          this.byProfile.set(profile, this.#listing)
          const list = this.#references.lists.get(ListID ?? '')
          if (list !== undefined) this.#listing.lists.add(list)
        },
        children: {
          EntryEvent: { children: { Date: dateElement((date) => this.#earlier(date)) } },
          SanctionsMeasure: {
            accept: ({ SanctionsTypeID }) => this.#references.programMeasures.has(SanctionsTypeID ?? ''),
            children: { Comment: { text: (text) => this.#program(text.trim()) } },
          },
        },
      },
    },
  }

  #earlier(date: string | null): void {
    const { listedOn } = this.#listing
    if (date === null) this.unreadableDates++
    else if (listedOn === null || date < listedOn) this.#listing.listedOn = date
  }

  #program(code: string): void {
    if (code !== '') this.#listing.programs.add(detach(code))
  }
}

function emptyListing(): Listing {
  return { programs: new Set(), lists: new Set(), listedOn: null }
}
