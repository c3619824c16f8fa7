import { trimOf, xmlSpaces } from '../../../address/formats/format.ts'
import { WrongElement, type XmlElement } from '../walk-xml.ts'
import { type CurrencyType, detach, type References } from './references.ts'

/** A digital currency feature: its id is stable from one file to the next. */
export interface AddressFeature {
  id: string
  type: CurrencyType
  /** As published; the schema allows several, real files have one. */
  texts: string[]
}

/** A party that has addresses, as far as it is kept. */
export interface Party {
  fixedRef: string
  profileId: string
  name: string | null
  features: AddressFeature[]
}

/**
 * Keeps the parties that have digital currency features, some 80 of 18,000. Features of every other type (place and
 * date of birth, nationality, citizenship, country of registration, gender, location, …) are left unread.
 */
export class Parties {
  readonly withAddresses: Party[] = []
  /** The profiles of {@link withAddresses}: what sanctions entries refer to. */
  readonly profileIds = new Set<string>()
  count = 0
  readonly #references: References
  #fixedRef = ''
  #profileId = ''
  #name: string[] = []
  #features: AddressFeature[] = []

  constructor(references: References) {
    this.#references = references
  }

  readonly element: XmlElement = {
    children: {
      DistinctParty: {
        open: (attributes) => {
          this.count++
          this.#fixedRef = attributes.FixedRef ?? ''
        },
        children: {
          Profile: {
            open: (attributes) => {
              this.#profileId = attributes.ID ?? ''
              this.#name = []
              this.#features = []
            },
            close: () => this.#keep(),
            children: { Identity: this.#identity(), Feature: this.#feature() },
          },
        },
      },
    },
  }

  /** The name is the primary alias of the primary identity, in every script in which it is documented: `Chen Zhi 陈 志`. */
  #identity(): XmlElement {
    return {
      accept: ({ Primary }) => Primary !== 'false',
      children: {
        Alias: {
          accept: ({ Primary }) => Primary === 'true',
          children: {
            DocumentedName: {
              children: {
                DocumentedNamePart: {
                  children: {
                    NamePartValue: {
                      text: (text) => {
                        if (text.trim() !== '') this.#name.push(text.trim())
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    }
  }

  #feature(): XmlElement {
    return {
      accept: (attributes) => {
        const type = attributes.FeatureTypeID ?? ''
        // It may be an address: nobody can say.
        if (!this.#references.featureTypes.has(type))
          throw new WrongElement(
            'a feature is of a type that the file does not define: it is damaged, get it again.',
          )
        return this.#references.currencies.has(type)
      },
      open: (attributes) => {
        const type = this.#references.currencies.get(attributes.FeatureTypeID ?? '')
        if (type !== undefined) this.#features.push({ id: attributes.ID ?? '', type, texts: [] })
      },
      children: {
        FeatureVersion: {
          children: {
            VersionDetail: {
              text: (text) => {
                // Only the white space of XML: anything else around an address is to be seen, not repaired.
                this.#features.at(-1)?.texts.push(detach(trimOf(text, xmlSpaces)))
              },
            },
          },
        },
      },
    }
  }

  #keep(): void {
    if (this.#features.length === 0) return
    const profileId = detach(this.#profileId)
    this.profileIds.add(profileId)
    this.withAddresses.push({
      fixedRef: detach(this.#fixedRef),
      profileId,
      name: detach(this.#name.join(' ')) || null,
      features: this.#features,
    })
  }
}
