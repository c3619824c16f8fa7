import { ChainscreenError } from './errors.ts'

/** A file that brings a forbidden field. Not even a copy of it is kept. */
export class ForbiddenColumns extends ChainscreenError {
  constructor(message: string) {
    super('bad-file', message)
  }
}

/** Whole words that name a forbidden field. */
const words = new Set(
  'dob pob nation national nationals gender sex race religion location geo jurisdiction ssn nin visa pais pays land'.split(
    ' ',
  ),
)

/** Beginnings of words, in the languages exchanges write their files in. Accents are taken off before. */
const stems = [
  ...'nationalit citizen countr residen passport birth born domicil ethnic homeland expat'.split(' '),
  ...'identitycard idcard iddocument idnumber nationalid socialsecurity placeof dateofb'.split(' '),
  ...'nacional ciudadan nacimiento nazional cittadin nascita cidadan nascimento naissance'.split(' '),
  ...'staatsang staatsburger geburt wohnsitz uyruk vatandas narodow obywatel'.split(' '),
  ...'гражданств национальн паспорт рожден 国籍 國籍 국적 جنسية تابعیت'.split(' '),
]

/**
 * Whether a column is about nationality, citizenship, residence, birth, identity documents or location, by its
 * name: `nationality`, `countryCode`, `Country of residence`, `passport_no`, `dob`, `staatsangehörigkeit`.
 */
export function forbiddenColumn(name: string): boolean {
  const plain = name
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
  const parts = plain.split(/[^\p{L}\p{N}]+/u).filter((part) => part !== '')
  const starts = parts.map((_, index) => parts.slice(index).join(''))
  return parts.some((part) => words.has(part)) || stems.some((stem) => starts.some((s) => contains(s, stem)))
}

/** A stem counts at the start of a word; inside one only where it is long (`customernationality`, not `president`). */
function contains(text: string, stem: string): boolean {
  return text.startsWith(stem) || (stem.length >= 8 && text.includes(stem))
}

/**
 * Refuses a file that brings such a column: the rule on which chainscreen is built.
 *
 * @param file how error messages name the file.
 * @throws ForbiddenColumns naming the columns and the rule.
 */
export function refuseForbiddenColumns(columns: readonly string[], file: string): void {
  const found = columns.filter(forbiddenColumn)
  if (found.length === 0) return
  const names = found.map((name) => JSON.stringify(name.slice(0, 60))).join(', ')
  throw new ForbiddenColumns(
    `${file} has the column${found.length > 1 ? 's' : ''} ${names}: chainscreen screens listed addresses and never acts on nationality, citizenship, residence, birth or documents, so it does not read a file that holds them; take the column out.`,
  )
}
