import { trimOf, xmlSpaces } from '../../address/formats/format.ts'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import type { ListFormat } from '../types.ts'
import { type About, Collector } from './collector.ts'
import { monthFirst } from './dates.ts'
import { type CurrencyType, currencyType, whyUnknown } from './ofac-advanced/references.ts'
import { WrongElement, walkXml, type XmlElement } from './walk-xml.ts'

/**
 * OFAC's older `SDN.XML`: 29 MB, streamed. It says how many entries it has, and is refused where it has another
 * number. It gives no listing dates: `ofac-sdn-advanced` does, and is the better source.
 *
 * Taken: ids of a type `Digital Currency Address - X`, the entry's uid, name and programs. Every other id (passports
 * and the like) is left unread, and so are nationalities, citizenships, births, addresses and remarks.
 */
export const ofacSdn: ListFormat = {
  id: 'ofac-sdn',
  version: 6,
  category: 'sanctions',
  listedOnIsPublished: false,
  ages: { check: '72h', issue: '45d' },
  dated: true,
  history: 'ofac',
  page: {
    what: "OFAC's older `SDN.XML`, in both its namespaces; refused where `Record_Count` is not the number of its entries",
    taken: 'every id of a type `Digital Currency Address - X`; uid, name, programs',
    dates: 'no listing dates: prefer `ofac-sdn-advanced`. Published on `Publish_Date`',
    begins: 'not said',
    ends: 'with the first file that lacks the address',
    source: 'the same page',
  },
  async parse(input, _today, recognised = () => {}) {
    const reader = new SdnReader()
    const { element } = reader
    await walkXml(input, { root: 'sdnList', namespaces, what: "OFAC's SDN.XML", element, recognised })
    return reader.result()
  },
}

const namespaces = [
  'https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/XML',
  'http://tempuri.org/sdnList.xsd',
]

class SdnReader {
  readonly #collector = new Collector()
  #publishDate: string | null = null
  #recordCount: string | null = null
  #entries = 0
  #features = 0
  #uid = ''
  #firstName = ''
  #lastName = ''
  #programs: string[] = []
  #ids: { uid: string; type: CurrencyType; raw: string }[] = []

  readonly element: XmlElement = {
    children: {
      // So spelt by OFAC.
      publshInformation: {
        children: {
          Publish_Date: {
            text: (text) => {
              this.#publishDate = text
            },
          },
          Record_Count: {
            text: (text) => {
              this.#recordCount = text
            },
          },
        },
      },
      sdnEntry: {
        open: () => {
          this.#entries++
          this.#uid = this.#firstName = this.#lastName = ''
          this.#programs = []
          this.#ids = []
        },
        close: () => this.#keep(),
        children: {
          uid: {
            text: (text) => {
              this.#uid = text.trim()
            },
          },
          firstName: {
            text: (text) => {
              this.#firstName = text.trim()
            },
          },
          lastName: {
            text: (text) => {
              this.#lastName = text.trim()
            },
          },
          programList: { children: { program: { text: (text) => this.#programs.push(text.trim()) } } },
          idList: { children: { id: this.#id() } },
        },
      },
    },
  }

  /** The type comes before the number, so that the numbers of other documents are never read. */
  #id(): XmlElement {
    let uid = ''
    let type: CurrencyType | null = null
    let numbers = 0
    return {
      open: () => {
        uid = ''
        type = null
        numbers = 0
      },
      close: () => {
        if (type !== null && numbers === 0)
          throw new WrongElement('an id is a digital currency address without idNumber.')
      },
      children: {
        uid: {
          text: (text) => {
            uid = text.trim()
          },
        },
        idType: {
          text: (text) => {
            type = currencyType(text) ?? type
          },
        },
        idNumber: {
          accept: () => type !== null,
          text: (text) => {
            numbers++
            // Only the white space of XML: anything else around an address is to be seen, not repaired.
            const raw = trimOf(text, xmlSpaces)
            if (type !== null) this.#ids.push({ uid, type, raw })
          },
        },
      },
    }
  }

  #keep(): void {
    const about: About = {
      subjectIds: this.#uid === '' ? [] : [this.#uid],
      // As OFAC writes it: LIFSHITS, Artem Mikhaylovich.
      subject: [this.#lastName, this.#firstName].filter((part) => part !== '').join(', ') || null,
      programs: this.#programs.filter((program) => program !== ''),
      listedOn: null,
      publishedBy: null,
      removedOn: null,
    }
    for (const { uid, type, raw } of this.#ids) {
      this.#features++
      const where = `id ${uid} of party ${this.#uid}`
      if (type.known) this.#collector.field(raw, type.asset, about, where)
      else this.#collector.noAddress({ raw, reason: whyUnknown(type.name), asset: null, where })
    }
  }

  async result() {
    const issuedOn = monthFirst(this.#publishDate ?? '')
    if (issuedOn === null)
      throw bad(`Publish_Date is ${this.#publishDate === null ? 'missing' : 'no date'}, expected MM/DD/YYYY.`)
    if (this.#entries === 0) throw bad('The file has no sdnEntry: a list without a single party.')
    if (this.#recordCount?.trim() !== String(this.#entries))
      throw bad(
        `Record_Count is ${countOf(this.#recordCount)}, and the file has ${this.#entries} sdnEntry: it is not whole, get it again.`,
      )
    return this.#collector.list(issuedOn, {
      parties: this.#entries,
      features: this.#features,
      addresses: this.#collector.count(),
    })
  }
}

function countOf(text: string | null): string {
  if (text === null) return 'missing'
  return /^\s*\d{1,9}\s*$/.test(text) ? text.trim() : 'no number'
}

function bad(message: string): ChainscreenError {
  return new ChainscreenError('bad-file', message)
}
