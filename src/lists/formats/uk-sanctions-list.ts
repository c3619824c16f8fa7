import type { ListFormat } from '../types.ts'
import { firstCharacter } from './first-character.ts'
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
  version: 4,
  category: 'sanctions',
  listedOnIsPublished: false,
  async parse(input, _today, recognised = () => {}) {
    const { character, whole } = await firstCharacter(input)
    return character === '<' ? readUkXml(whole, recognised) : readUkCsv(whole, recognised)
  },
}
