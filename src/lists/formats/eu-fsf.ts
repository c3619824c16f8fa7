import { ChainscreenError } from '../../diagnostics/errors.ts'
import type { ListFormat } from '../types.ts'
import { Collector } from './collector.ts'
import { countUnreadable, DateReader, earliest, isoDay } from './dates.ts'
import { walkXml, type XmlAttributes, type XmlElement } from './walk-xml.ts'

/**
 * The European Union's consolidated list (`xmlFullSanctionsList_1_1`, 25 MB), streamed. It has no field for
 * addresses: they stand in the free text of the remarks of an entity and of its names.
 *
 * Taken: those remarks' addresses, the EU reference number, name, programme, regulation and its publication.
 * Citizenships, births, addresses, identifications and their remarks are left unread.
 */
export const euFsf: ListFormat = {
  id: 'eu-fsf',
  version: 6,
  category: 'sanctions',
  listedOnIsPublished: false,
  ages: { check: '72h', issue: '45d' },
  dated: true,
  page: {
    what: "the EU's `xmlFullSanctionsList_1_1`",
    taken:
      'addresses in the free text of the remarks of an entity and of its names; EU reference, name, programme, regulation and its link',
    dates:
      "`listed_on` is the designation date, or else the earliest of the entry's regulations: an amendment can make it later than the true one. Published on `generationDate`",
    begins:
      'the designation date, or else the earliest `publicationDate`, which is never later than `entryIntoForceDate`',
    ends: 'with the first file that lacks the address: it holds active records only, and no field for an end',
    source:
      '[the Commission on its files](https://ec.europa.eu/external_relations/cfsp/sanctions/list/version4/global/help_online/process_xmlfiles.html)',
  },
  async parse(input, _today, recognised = () => {}) {
    const reader = new FsfReader()
    await walkXml(input, {
      root: 'export',
      namespaces: ['http://eu.europa.ec/fpi/fsd/export'],
      what: "the EU's list of financial sanctions",
      element: reader.element,
      recognised,
    })
    return reader.result()
  },
}

interface Regulation {
  date: string | null
  title: string
  url: string
}

class FsfReader {
  readonly #collector = new Collector()
  #generated = ''
  #entities = 0
  #withAddresses = 0
  #unreadableDates = 0
  /** Of the entity that is being read. */
  #dates = new DateReader()
  #reference = ''
  #designated: string | null = null
  /** The best so far: strong before weak, then English. */
  #name: { name: string; rank: number } | null = null
  #programmes: string[] = []
  #regulations: Regulation[] = []
  #remarks: string[] = []

  readonly element: XmlElement = {
    open: (attributes) => {
      this.#generated = attributes.generationDate ?? ''
    },
    children: {
      sanctionEntity: {
        open: (attributes) => this.#begin(attributes),
        close: () => this.#keep(),
        children: {
          remark: { prose: true, text: (text) => this.#remarks.push(text) },
          regulation: {
            open: (attributes) => {
              this.#regulate(attributes)
              if (attributes.programme) this.#programmes.push(attributes.programme)
            },
            children: {
              publicationUrl: {
                text: (text) => {
                  const last = this.#regulations.at(-1)
                  if (last !== undefined) last.url = text.trim()
                },
              },
            },
          },
          nameAlias: {
            open: ({ wholeName, strong, nameLanguage }) => {
              const rank = (strong === 'true' ? 2 : 0) + (nameLanguage === 'EN' ? 1 : 0)
              if (wholeName && rank > (this.#name?.rank ?? -1)) this.#name = { name: wholeName, rank }
            },
            children: {
              remark: { prose: true, text: (text) => this.#remarks.push(text) },
              regulationSummary: { open: (attributes) => this.#regulate(attributes) },
            },
          },
        },
      },
    },
  }

  #begin(attributes: XmlAttributes): void {
    this.#entities++
    this.#reference = attributes.euReferenceNumber || attributes.logicalId || ''
    this.#dates = new DateReader()
    this.#designated = this.#dates.read(attributes.designationDate, isoDay)
    this.#name = null
    this.#programmes = []
    this.#regulations = []
    this.#remarks = []
  }

  #regulate({ publicationDate, numberTitle }: XmlAttributes): void {
    const date = this.#dates.read(publicationDate, isoDay)
    this.#regulations.push({ date, title: numberTitle ?? '', url: '' })
  }

  #keep(): void {
    const { title, url } = this.#regulations[0] ?? { title: '', url: '' }
    const about = {
      subjectIds: this.#reference === '' ? [] : [this.#reference],
      subject: this.#name?.name ?? null,
      programs: [...new Set(this.#programmes)],
      listedOn: this.#designated ?? earliest(this.#regulations.map(({ date }) => date)),
      publishedBy: null,
      removedOn: null,
      source: [title, url].filter((part) => part !== '').join(' ') || null,
    }
    const where = `remark of ${this.#reference}`
    const found = this.#remarks.map((remark) => this.#collector.text(remark, about, where))
    if (!found.includes(true)) return
    this.#withAddresses++
    this.#unreadableDates += this.#dates.unreadable
  }

  async result() {
    const issuedOn = isoDay(this.#generated)
    if (issuedOn === null)
      throw bad('generationDate of <export> is no date and time such as 2026-09-22T16:47:04.')
    if (this.#entities === 0) throw bad('The file has no <sanctionEntity>: a list without a single party.')
    return this.#collector.list(issuedOn, {
      ...{
        parties: this.#entities,
        partiesWithAddresses: this.#withAddresses,
        addresses: this.#collector.count(),
      },
      ...countUnreadable(this.#unreadableDates),
    })
  }
}

function bad(message: string): ChainscreenError {
  return new ChainscreenError('bad-file', message)
}
