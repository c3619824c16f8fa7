import { type CurrencyType, currencyType } from '../currency-type.ts'
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
