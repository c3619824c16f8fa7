/**
 * Files that are given in place of the list's, by the local name of their root element: what they are, and what to take.
 * Sources: OFAC's exports (https://sanctionslist.ofac.treas.gov/Home/SdnList, namespaces `…/exports/ENHANCED_XML` and
 * `…/DeltaFile/1.0`), OFSI's ConList (until 2026-01-28), the UN's consolidated list
 * (https://main.un.org/securitycouncil/en/content/un-sc-consolidated-list), SECO's.
 */
const roots: Readonly<Record<string, string>> = {
  sanctionsData:
    "OFAC's SDN_ENHANCED.XML or a delta file of it, which no format reads: take SDN_ADVANCED.XML with the format ofac-sdn-advanced",
  Sanctions: "OFAC's SDN_ADVANCED.XML (or CONS_ADVANCED.XML): its format is ofac-sdn-advanced",
  sdnList: "OFAC's SDN.XML: its format is ofac-sdn",
  Designations: 'the UK Sanctions List: its format is uk-sanctions-list',
  export: "the EU's xmlFullSanctionsList: its format is eu-fsf",
  ArrayOfFinancialSanctionsTarget:
    "OFSI's ConList, which is no longer published: take UK-Sanctions-List.xml of the FCDO with the format uk-sanctions-list",
  CONSOLIDATED_LIST:
    "the UN's consolidated list, which no format reads: take OpenSanctions' entities.ftm.json of the dataset un_sc_sanctions with the format opensanctions",
  'swiss-sanctions-list':
    "SECO's list, which no format reads: take OpenSanctions' entities.ftm.json of the dataset ch_seco_sanctions with the format opensanctions",
}

const notYetRoot = String.raw`^\uFEFF?\s*(?:<\?[^>]*\?>\s*|<!--(?:[^-]|-(?!->))*-->\s*)*`
const page = new RegExp(`${notYetRoot}<(?:!doctype\\s+html|html)\\b`, 'i')
const root = new RegExp(`${notYetRoot}<(?:[\\w.-]+:)?([\\w.-]+)[\\s>/]`)
/** `29702,"LIFSHITS, …","individual",…,-0- ,…`: without a header, and `-0-` for nothing (OFAC's specification, dat_spec.txt). */
const sdnCsv = /^\d+ *,"[^"\n]*",(?:"[^"\n]*"|-0- *),.*-0- *,/

/**
 * What a rejected file is, by its beginning, where it is one that people take for another; `null` = not known. In fixed
 * words: nothing of the file is repeated.
 *
 * @param head its first bytes, decompressed. @param format that it was read as: no message recommends it.
 */
export function kindOfFile(head: Buffer, format: string): string | null {
  const text = head.toString('utf8')
  if (page.test(text)) return 'a web page (HTML) and no list'
  if (sdnCsv.test(text))
    return "OFAC's SDN.CSV, whose remarks are cut short: take SDN_ADVANCED.XML with the format ofac-sdn-advanced"
  const name = root.exec(text)?.[1]
  const kind = name !== undefined && Object.hasOwn(roots, name) ? (roots[name] ?? null) : null
  return kind?.endsWith(`its format is ${format}`) ? null : kind
}
