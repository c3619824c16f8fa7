import { forbiddenColumn } from '../../../privacy/forbidden-columns.ts'
import { isDate } from '../dates.ts'
import type { XmlElement } from '../walk-xml.ts'

/** The file's own tables that say what its ids mean. Ids are never hard-coded: OFAC adds to them. */
export class References {
  /** Feature types that are digital currency addresses, or something else of a currency: by id. */
  readonly currencies = new Map<string, CurrencyType>()
  /** Every feature type's id. What the others are is not kept: they are never read. */
  readonly featureTypes = new Set<string>()
  /** Kinds of measures that name a sanctions program. */
  readonly programMeasures = new Set<string>()
  /** Lists: id → name, such as `SDN List`. */
  readonly lists = new Map<string, string>()

  readonly element: XmlElement = {
    children: {
      FeatureTypeValues: {
        children: {
          FeatureType: named((id, text) => {
            this.featureTypes.add(id)
            const type = currencyType(text)
            if (type !== null) this.currencies.set(id, type)
          }),
        },
      },
      SanctionsTypeValues: {
        children: {
          SanctionsType: named((id, text) => {
            if (text.toLowerCase() === 'program') this.programMeasures.add(id)
          }),
        },
      },
      ListValues: { children: { List: named((id, text) => this.lists.set(id, text)) } },
    },
  }
}

function named(add: (id: string, text: string) => void): XmlElement {
  let id = ''
  return {
    open: (attributes) => {
      id = attributes.ID ?? ''
    },
    text: (text) => add(id, text.trim()),
  }
}

/** What OFAC calls a kind of id or feature. */
export type CurrencyType =
  /** A digital currency address; the asset is the label behind it, such as `XBT`. */
  | { known: true; asset: string | null }
  /** Something of a currency under a name that OFAC has not used before: to be seen, and not to be guessed. */
  | { known: false; name: string }

/** @returns `null` for a kind that has nothing to do with currencies. */
export function currencyType(text: string): CurrencyType | null {
  const name = text.trim()
  const match = /^Digital\s+Currency\s+Address(?:es)?\b[\s\-–—]*(.*)$/is.exec(name)
  if (match !== null) return { known: true, asset: match[1] || null }
  return /currenc/i.test(name) && !forbiddenColumn(name) ? { known: false, name } : null
}

/** Why a value of such a kind is no address for us. */
export function whyUnknown(name: string): string {
  return `of the type ${JSON.stringify(name.slice(0, 80))}, which chainscreen does not know`
}

/**
 * An element of the form `<Year>2025</Year><Month>11</Month><Day>19</Day>`. Hands over `YYYY-MM-DD`, or `null`
 * where the parts are no date of the calendar.
 */
export function dateElement(done: (date: string | null) => void): XmlElement {
  let parts: [year: string, month: string, day: string] = ['', '', '']
  const part = (index: 0 | 1 | 2, width: number): XmlElement => ({
    text: (text) => {
      parts[index] = text.trim().padStart(width, '0')
    },
  })
  return {
    open: () => {
      parts = ['', '', '']
    },
    close: () => {
      const date = parts.join('-')
      done(isDate(date) ? date : null)
    },
    children: { Year: part(0, 4), Month: part(1, 2), Day: part(2, 2) },
  }
}

/**
 * A copy of a text that shares no memory with the text it was cut from. V8 keeps the whole parent of a slice alive:
 * a thousand kept addresses would hold a thousand chunks of the file.
 */
export function detach(text: string): string {
  return Buffer.from(text).toString()
}
