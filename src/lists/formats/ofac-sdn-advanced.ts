import { ChainscreenError } from '../../diagnostics/errors.ts'
import type { ListFormat, ParsedList } from '../types.ts'
import { type About, Collector } from './collector.ts'
import { countUnreadable } from './dates.ts'
import { Entries, type Listing } from './ofac-advanced/entries.ts'
import { Parties, type Party } from './ofac-advanced/parties.ts'
import { dateElement, References, whyUnknown } from './ofac-advanced/references.ts'
import { walkXml, type XmlElement } from './walk-xml.ts'

/**
 * OFAC's `SDN_ADVANCED.XML` (and its sibling for the consolidated list), read in one pass: 121 MB, 18,367 parties,
 * of which 79 have addresses (2025-11-19). The order of its parts is fixed by its schema: date of issue, reference
 * values, parties, sanctions entries; so the parties with addresses are kept until their entries come.
 *
 * Taken: addresses with their asset, the party's id and primary name, programs, list and listing date. Everything
 * else (nationality, citizenship, birth, documents, locations, other names) is left unread: see {@link walkXml}.
 */
export const ofacSdnAdvanced: ListFormat = {
  id: 'ofac-sdn-advanced',
  version: 5,
  category: 'sanctions',
  listedOnIsPublished: false,
  ages: { check: '72h', issue: '45d' },
  dated: true,
  history: 'ofac',
  page: {
    what: "OFAC's `SDN_ADVANCED.XML`; refused where a feature is of a type that the file does not define, or a party with addresses has no sanctions entry",
    taken:
      "every feature named `Digital Currency Address - X`, whatever X (a feature of another type that mentions a currency is counted as unparsed, as in `ofac-sdn`); the party's id, primary name, programs, list",
    dates: "`listed_on` is the party's; the address counts as published on the file's date of issue",
    begins: 'the earliest `EntryEvent` of the party, all of which are of type `Created`',
    ends: 'with the first file that lacks the address. The schema lets a measure have a `DatePeriod`; in the file of 2025-11-19 all 18,906 are empty',
    source:
      '[the file and its schema](https://ofac.treasury.gov/specially-designated-nationals-list-data-formats-data-schemas); delisting takes the party off: [31 CFR 501.807](https://www.ecfr.gov/current/title-31/section-501.807)',
  },
  async parse(input, _today, recognised = () => {}) {
    const references = new References()
    const parties = new Parties(references)
    const entries = new Entries(references, parties.profileIds)
    const seen = new Set<string>()
    let issuedOn: string | null = null
    const section = (name: string, element: XmlElement, after?: string): XmlElement => ({
      ...element,
      open: (attributes) => {
        seen.add(name)
        if (after !== undefined && !seen.has(after))
          throw bad(`<${name}> comes before <${after}>, or the file has no <${after}> at all.`)
        element.open?.(attributes)
      },
    })
    await walkXml(input, {
      root: 'Sanctions',
      namespaces: [
        'https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/ADVANCED_XML',
        'http://www.un.org/sanctions/1.0',
      ],
      what: 'an OFAC advanced XML file',
      recognised,
      element: {
        children: {
          DateOfIssue: section(
            'DateOfIssue',
            dateElement((date) => {
              issuedOn = date
            }),
          ),
          ReferenceValueSets: section('ReferenceValueSets', references.element),
          DistinctParties: section('DistinctParties', parties.element, 'ReferenceValueSets'),
          SanctionsEntries: section('SanctionsEntries', entries.element, 'DistinctParties'),
        },
      },
    })
    for (const name of ['DateOfIssue', 'ReferenceValueSets', 'DistinctParties', 'SanctionsEntries'])
      if (!seen.has(name)) throw bad(`The file has no <${name}>: it is not a whole OFAC list.`)
    if (issuedOn === null) throw bad('<DateOfIssue> holds no date of the calendar (Year, Month, Day).')
    if (parties.count === 0) throw bad('<DistinctParties> is empty: a list without a single party.')
    if (![...references.currencies.values()].some(({ known }) => known))
      throw bad('The file defines no feature type "Digital Currency Address - …": OFAC may have renamed it.')
    return collect(issuedOn, parties, entries)
  },
}

function collect(issuedOn: string, parties: Parties, entries: Entries): ParsedList {
  const collector = new Collector()
  const texts = new Set<string>()
  const pairs = new Set<string>()
  let features = 0
  for (const party of parties.withAddresses) {
    const listing = entries.byProfile.get(party.profileId)
    if (listing === undefined)
      throw bad('A party has addresses and no <SanctionsEntry>: the file is damaged, get it again.')
    for (const feature of party.features) {
      features++
      for (const address of feature.texts.length > 0 ? feature.texts : ['']) {
        const { type } = feature
        const where = `feature ${feature.id} of party ${party.fixedRef}`
        const asset = type.known ? type.asset : null
        texts.add(address)
        pairs.add(`${asset} ${address}`)
        if (type.known) collector.field(address, asset, aboutParty(party, listing), where)
        else collector.noAddress({ raw: address, reason: whyUnknown(type.name), asset, where })
      }
    }
  }
  return collector.list(issuedOn, {
    ...{ parties: parties.count, features, pairs: pairs.size, addresses: texts.size },
    sdnEntries: entries.sdnEntries,
    ...countUnreadable(entries.unreadableDates),
  })
}

function aboutParty(party: Party, listing: Listing): About {
  return {
    subjectIds: [party.fixedRef],
    subject: party.name,
    programs: [...listing.programs],
    listedOn: listing.listedOn,
    publishedBy: null,
    removedOn: null,
    source: [...listing.lists].join('; ') || null,
  }
}

function bad(message: string): ChainscreenError {
  return new ChainscreenError('bad-file', message)
}
