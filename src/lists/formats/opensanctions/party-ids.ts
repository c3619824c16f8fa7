/**
 * Ids that a catalogue or a publisher of sanctions gives by itself. OpenSanctions makes others of documents and tax numbers
 * (`passport-…`, `ru-inn-…`, `pl-pesel-…`): an id is taken only where its form has no room for such a number.
 */
const forms: readonly RegExp[] = [
  // Wikidata: https://www.wikidata.org/wiki/Wikidata:Identifiers
  /^Q[1-9]\d{0,9}$/,
  // OpenSanctions' own, without a meaning: https://www.opensanctions.org/docs/identifiers/
  /^NK-[2-9A-HJ-NP-Za-km-z]{22}$/,
  // Running numbers of OFAC, the EU, the UK and Switzerland.
  /^ofac-[1-9]\d{0,5}$/,
  /^eu-fsf-eu-\d{1,5}-\d{1,3}$/,
  /^gb-hmt-[1-9]\d{0,4}$/,
  /^ch-seco-[1-9]\d{0,5}$/,
  // A SHA-1, behind the prefix of a publisher.
  /^(?:ofac|eu-fsf|gb-hmt|ch-seco|il-nbctf)-[\da-f]{40}$/,
]

/** Whether an entity's id can't hold the number of a document, nor say whose document it is. */
export function isNeutralId(id: string): boolean {
  return forms.some((form) => form.test(id))
}
