import type { ListFormat } from '../types.ts'
import { firstCharacter } from './read-text.ts'
import { readUkCsv } from './uk-sanctions/read-csv.ts'
import { readUkXml } from './uk-sanctions/read-xml.ts'

/**
 * The UK Sanctions List, as XML or CSV, told apart by the first character. It has no field for addresses: they
 * stand in the free text of `OtherInformation` and `UKStatementofReasons`, such as `(1) ETH: 0x… (3) USDT:  T…`.
 *
 * Taken: those texts' addresses, UniqueID, OFSI group id, regime, primary name, the dates of designation and of the
 * last update. Individuals' details, addresses and every other field are left unread.
 */
export const ukSanctionsList: ListFormat = {
  id: 'uk-sanctions-list',
  version: 6,
  category: 'sanctions',
  listedOnIsPublished: false,
  ages: { check: '72h', issue: '45d' },
  dated: true,
  page: {
    what: 'the UK Sanctions List, XML or CSV (detected from the content)',
    taken:
      'addresses in the free text of `OtherInformation` and `UKStatementofReasons`; UniqueID, OFSI group, regime, primary name',
    dates: '`listed_on` is `DateDesignated`; published by `LastUpdated`, since the text is as of that day',
    begins: '`DateDesignated`',
    ends: 'with the first file that lacks the address: a designation that is revoked leaves the list, and there is no field for an end',
    source:
      '[the UK Sanctions List](https://www.gov.uk/government/publications/the-uk-sanctions-list), [its format](https://www.gov.uk/government/publications/uk-sanctions-list-change-in-format/uk-sanctions-list-change-to-the-lists-format)',
  },
  async parse(input, _today, recognised = () => {}) {
    const { character, whole } = await firstCharacter(input)
    return character === '<' ? readUkXml(whole, recognised) : readUkCsv(whole, recognised)
  },
}
