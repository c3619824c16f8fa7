import { type Key, keyFamily } from '../../../address/key.ts'
import { parseAddress } from '../../../address/parse.ts'
import {
  type Label,
  type Labelled,
  labelAt,
  looksLikeAddress,
  segwit,
  standsForAddress,
  standsForForeign,
} from './looks-like.ts'
import { Parts } from './parts.ts'
import { findRuns, partsOfCutShort, type Run } from './runs.ts'

/** What a free text says of addresses. */
interface Extraction {
  found: { key: Key; address: string; asset: string | null }[]
  /** What was meant as an address and is none, as it stands there: for a person to look at. */
  unparsed: { raw: string; reason: string; asset: string | null }[]
}

/** More of a damaged text is not shown. */
const longestRaw = 300

/**
 * Finds the addresses in a free text, with a label (`ETH: 0x…`, `(3) USDT:  T…`, `Digital Currency Address - XBT …`)
 * or without. An address is taken only where it stands whole and alone and its checksum agrees. Nothing is repaired:
 * look-alike letters, zero-width characters, split, grouped, glued and shortened addresses, failed checksums, addresses
 * of unknown chains behind a label, and addresses inside links (a link to a token's contract does not list the token) are
 * `unparsed`. Words, names, phone and account numbers and transaction hashes are neither. Reads the text once; never
 * throws.
 */
export function extractAddresses(text: string): Extraction {
  const extraction: Extraction = { found: [], unparsed: [] }
  const runs = findRuns(text)
  const parts = new Parts(runs)
  const seen = new Set<string>()
  let last: Labelled | null = null
  for (let at = 0; at < runs.length; at++) {
    const run = runs[at]
    if (run === undefined) break
    const { start } = run
    const verdict = judge(text, runs, at, parts, last)
    if (verdict === null) continue
    at += verdict.count - 1
    const label: Label = labelAt(text, start, last)
    if (!verdict.isAddress && isOfDocument(text, start) && !isAnnounced(label)) continue
    const end = runs[at]?.end ?? run.end
    last = { end, label }
    const raw = text.slice(start, Math.min(end, start + longestRaw))
    const { asset } = label
    if (seen.has(`${raw}\n${asset}`)) continue
    seen.add(`${raw}\n${asset}`)
    const parsed = verdict.isAddress ? parseAddress(raw, { asset }) : null
    if (parsed?.ok) extraction.found.push({ key: parsed.key, address: raw, asset })
    else extraction.unparsed.push({ raw, reason: parsed?.reason ?? verdict.reason, asset })
  }
  if (parts.isSpent)
    // Not the text itself: it may be prose about a person.
    extraction.unparsed.push({ raw: '', reason: tooMany, asset: null })
  return extraction
}

const tooMany = 'so many parts that may belong together that not all were put together'

/** What the runs from one on are, so many of them: an address, or for a person to look at. */
interface Verdict {
  count: number
  isAddress: boolean
  reason: string
}

function judge(
  text: string,
  runs: readonly Run[],
  at: number,
  parts: Parts,
  last: Labelled | null,
): Verdict | null {
  const run = runs[at]
  if (run === undefined) return null
  const shown = (count: number, reason: string) => ({ count, isAddress: false, reason })
  const parsed = parseAddress(run.text)
  const labelOf = (start = run.start) => labelAt(text, start, last)
  const announced = (start = run.start) => isAnnounced(labelOf(start))
  if (parsed.ok) {
    if (run.inLink) return shown(1, insideLink)
    if (keyFamily(parsed.key) === 'solana' && !announced()) return shown(1, unlabelled)
    return { count: 1, isAddress: true, reason: '' }
  }
  const split = parts.split(at)
  if (split > 0) return shown(split, splitBy(text.slice(run.end, runs[at + 1]?.start)))
  const left = partsOfCutShort(text, runs, at, announced)
  if (left > 0) return shown(left, 'cut short: not a whole address')
  if (run.inLink) return isMeantInLink(text, run) ? shown(1, insideLink) : null
  if (isMeant(run.text, labelOf)) return shown(1, parsed.reason)
  const damaged = parts.damaged(at, announced)
  return damaged > 0 ? shown(damaged, 'parts: no address when they are put together') : null
}

const insideLink = 'stands inside a link, which may name a contract or a page and not the listed address'
const unlabelled = 'may be a Solana address, which has no checksum, and no label says so'

function splitBy(gap: string): string {
  const what = /^[\t\n\v\f\r ]+$/.test(gap) ? 'white space' : JSON.stringify(gap)
  return `split by ${what}: an address only when put together, which is for a person to decide`
}

/** Shorter ones are words, whatever they look like. */
const shortestMeant = 8

/** Whether a run that is no address was meant as one: it looks so, or the words before it say so. */
function isMeant(text: string, label: () => Label): boolean {
  if (text.length < shortestMeant) return false
  if (looksLikeAddress(text)) return true
  if (!standsForAddress(text)) return false
  const { asset, announces } = label()
  return announces || (asset !== null && standsForForeign(text))
}

/** How explorers name what follows: `/address/…`, `#/account/…`, `?token=…`. */
const explorersNames = /(?:address|account|wallet|token|contract)(?:es|s)?[/=#]+$/i
const nameReach = 20
/** Shorter hex is a place on a map, or a number of somebody's. */
const evident = new RegExp(`^(?:0x[0-9a-z]{30,50}|${segwit}[a-z0-9]{20,90})$`, 'i')

/** The same in a link: links are full of random letters that name pages, unless a prefix or the link says what they are. */
function isMeantInLink(text: string, { text: run, start }: Run): boolean {
  if (run.length < shortestMeant || !looksLikeAddress(run)) return false
  return evident.test(run) || explorersNames.test(text.slice(Math.max(0, start - nameReach), start))
}

const documentReach = 40
/** Words that stand before the number of a person's document, or before where and when a person was born. */
const documentWords =
  /\b(?:passports?|identity|identification|national(?:ity)?|citizen(?:ship)?|birth|born|dob|pob|tax|id|residen\w+|licen[cs]e|ssn|visa)\b[\s\w.:#()'"-]{0,24}$/i

/** Whether the words before what is no address say that it is of a document: it is not shown then. */
function isOfDocument(text: string, start: number): boolean {
  return documentWords.test(text.slice(Math.max(0, start - documentReach), start))
}

function isAnnounced({ announces, asset }: Label): boolean {
  return announces || asset !== null
}
