import { ChainscreenError } from '../diagnostics/errors.ts'

/** A file that brings a forbidden field. Not even a copy of it is kept. */
export class ForbiddenContent extends ChainscreenError {
  constructor(message: string, details: readonly string[] = []) {
    super('bad-file', message, { details })
  }
}

/** Whole words that name a forbidden field. */
const words = new Set(
  'dob pob nation national nationals gender sex race religion location geo jurisdiction ssn nin visa pais pays land bsn pesel cnp'.split(
    ' ',
  ),
)

/** Beginnings of words, in the languages exchanges write their files in. Accents are taken off before. */
const stems = [
  ...'nationalit citizen countr residen passport birth born domicil ethnic homeland expat'.split(' '),
  ...'identitycard idcard iddocument idnumber nationalid socialsecurity placeof dateofb'.split(' '),
  ...'nacional ciudadan nacimiento nazional cittadin nascita cidadan nascimento naissance pasaport passeport'.split(
    ' ',
  ),
  ...'staatsang staatsburger geburt wohnsitz personalausweis reisepass ausweisnummer'.split(' '),
  ...'geboort nationalit staatsburgerschap paspoort rijksregister woonplaats'.split(' '),
  ...'uyruk vatandas dogum pasaport tckimlik kimlikno'.split(' '),
  ...'narodow obywatel urodz paszport statniobcan narozen narodnost rodnecislo cestovnipas'.split(' '),
  ...'fødsel fodsel fodel fodested statsborger nasjonalitet medborgarskap fodd syntym kansalais kansallisuus passinnumero henkilotunnus'.split(
    ' ',
  ),
  ...'nastere cetatenie szuletes allampolgar utlevel'.split(' '),
  ...'гражданств национальн паспорт рожден громадянств народженн γεννησ εθνικοτητ υπηκοοτητ ιθαγεν διαβατηρ'.split(
    ' ',
  ),
  ...'国籍 國籍 국적 出生 生日 生年月日 護照 护照 旅券 パスポート 誕生日 身份证 身分證 생년월일 출생 여권'.split(
    ' ',
  ),
  ...'جنسية تابعیت تولد ميلاد ولادة جواز דרכון לידה אזרחות לאום נתינות'.split(' '),
].map(plain)

/**
 * Whether a column is about nationality, citizenship, residence, birth, identity documents or location, by its
 * name: `nationality`, `countryCode`, `Country of residence`, `passport_no`, `dob`, `staatsangehörigkeit`.
 */
export function forbiddenColumn(name: string): boolean {
  const parts = plain(name.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2'))
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== '')
  const starts = parts.map((_, index) => parts.slice(index).join(''))
  return parts.some((part) => words.has(part)) || stems.some((stem) => starts.some((s) => contains(s, stem)))
}

/** In small letters without accents. Turkish writes an i without a dot, Norwegian an o with a stroke: Unicode takes neither apart. */
function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .replaceAll('ı', 'i')
    .replaceAll('ø', 'o')
    .replaceAll('ł', 'l')
}

/** A stem counts at the start of a word; inside one only where it is long (`customernationality`, not `president`), or where a language writes no spaces. */
function contains(text: string, stem: string): boolean {
  const anywhere = stem.length >= 8 || /[^\p{Script=Latin}]/u.test(stem)
  return text.startsWith(stem) || (anywhere && text.includes(stem))
}

/** The rule on which chainscreen is built, as the error of a file that breaks it says it. */
export const forbiddenRule =
  'chainscreen screens listed addresses and never acts on nationality, citizenship, residence, birth or documents, so it does not read a file that holds them; take the column out.'

/**
 * Refuses a file that brings such a column: the rule on which chainscreen is built. The message says where the column
 * stands, and never what it is called: the first line of a file may be no header, and hold what nobody should keep.
 *
 * @param file how error messages name the file, or the query. @param line of the header; `null` for a query.
 * @throws ForbiddenContent naming the places and the rule.
 */
export function refuseForbiddenColumns(columns: readonly string[], file: string, line: number | null): void {
  const places = columns.flatMap((name, index) => (forbiddenColumn(name) ? [index + 1] : []))
  if (places.length === 0) return
  const what = places.length === 1 ? 'a column (number' : 'columns (numbers'
  throw new ForbiddenContent(
    `${file} has ${what} ${places.join(', ')}${line === null ? '' : ` in line ${line}`}) that must not be there: ${forbiddenRule}`,
  )
}

/** What gives a person's birth, nationality or documents, in the words of published lists: `DOB 26 Dec 1992; nationality Russia; Passport 719032284`. */
const telling = [
  /\b(?:d\.?o\.?b|p\.?o\.?b|(?:date|place|year|country) of birth|born)\b\W{0,4}(?:[a-z]{2,10}\W{1,3})?(?:\d|[A-Z])/i,
  /\b(?:nationality|citizen(?:ship)?(?: of)?)\b\W{0,3}[\p{L}\d]/iu,
  /\b(?:passport|identity card|id card|national id|identification number|tax id|ssn|residence permit)\b[^;,]{0,24}\d{4}/i,
]

/** Whether a text that a user wrote beside an address, such as its subject, tells what no column may. */
export function hasPersonalData(text: string): boolean {
  // `passport_719032284` is two words here, and one to a regular expression.
  const words = text.replaceAll('_', ' ')
  return telling.some((pattern) => pattern.test(words))
}
