import { type Key, keyFamily } from '../../address/key.ts'
import { parseAddress } from '../../address/parse.ts'
import { partsOfCutShort } from './free-text/cut-short.ts'
import { whatIsGlued } from './free-text/damage.ts'
import { Effort } from './free-text/effort.ts'
import { isAddressInLink, nameReach } from './free-text/in-link.ts'
import { continues, type Label, labelOf, labelReach, noLabel } from './free-text/label.ts'
import { looksLikeAddress, standsForAddress, standsForForeign } from './free-text/looks-like.ts'
import { damagedPieces } from './free-text/pieces.ts'
import { findRuns, type Run } from './free-text/runs.ts'
import { partsOfSplit } from './free-text/split.ts'

/** What a free text says of addresses. */
export interface Extraction {
  found: { key: Key; address: string; asset: string | null }[]
  /** What was meant as an address and is none, as it stands there. */
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
  const seen = new Set<string>()
  const effort = new Effort()
  let last: { end: number; label: Label } = { end: 0, label: noLabel }
  for (let at = 0; at < runs.length; at++) {
    const run = runs[at]
    if (run === undefined) break
    const labelAt = (start: number) => labelFor(text, start, last)
    const verdict = judge(text, runs, at, labelAt, effort)
    if (verdict === null) continue
    if (verdict.reason !== null && isOfDocument(text, run.start, labelAt)) {
      at += verdict.count - 1
      continue
    }
    const end = runs[at + verdict.count - 1]?.end ?? run.end
    const label = labelAt(run.start)
    const { asset } = label
    last = { end, label }
    at += verdict.count - 1
    const raw = text.slice(run.start, Math.min(end, run.start + longestRaw))
    const twice = `${raw}\n${asset}`
    if (seen.has(twice)) continue
    seen.add(twice)
    const parsed = verdict.reason === null ? parseAddress(raw, { asset }) : null
    if (parsed?.ok) extraction.found.push({ key: parsed.key, address: raw, asset })
    else extraction.unparsed.push({ raw, reason: parsed?.reason ?? String(verdict.reason), asset })
  }
  if (effort.isSpent)
    // Not the text itself: it may be prose about a person.
    extraction.unparsed.push({ raw: '', reason: tooMany, asset: null })
  return extraction
}

const tooMany = 'so many parts that may belong together that not all were put together'

/** What the runs from one on are: so many of them, an address (`null`), or no address for a reason. */
interface Verdict {
  count: number
  reason: string | null
}

function judge(
  text: string,
  runs: readonly Run[],
  at: number,
  labelAt: (start: number) => Label,
  effort: Effort,
): Verdict | null {
  const run = runs[at]
  if (run === undefined) return null
  if (!isAddress(run.text)) {
    const parts = partsOfSplit(text, runs, at, effort)
    if (parts > 0) return { count: parts, reason: splitBy(text.slice(run.end, runs[at + 1]?.start)) }
    const left = partsOfCutShort(text, runs, at, (start) => isAnnounced(labelAt(start)))
    if (left > 0) return { count: left, reason: 'cut short: not a whole address' }
  }
  const before = text.slice(Math.max(0, run.start - nameReach), run.start)
  const reason = judgeRun(run, before, () => labelAt(run.start))
  if (reason === 'address') return { count: 1, reason: null }
  if (reason !== null) return { count: 1, reason }
  return damagedPieces(text, runs, at, () => isAnnounced(labelAt(run.start)), effort)
}

const documentReach = 40
/** Words that stand before the number of a person's document, or before where and when a person was born. */
const documentWords =
  /\b(?:passports?|identity|identification|national(?:ity)?|citizen(?:ship)?|birth|born|dob|pob|tax|id|residen\w+|licen[cs]e|ssn|visa)\b[\s\w.:#()'"-]{0,24}$/i

/** Whether the words before what is no address say that it is of a document: it is neither found nor shown then. */
function isOfDocument(text: string, start: number, labelAt: (start: number) => Label): boolean {
  return (
    documentWords.test(text.slice(Math.max(0, start - documentReach), start)) && !isAnnounced(labelAt(start))
  )
}

function isAnnounced({ announces, asset }: Label): boolean {
  return announces || asset !== null
}

/** No address is shorter: most words are done with after this. */
const shortest = 20

function isAddress(text: string): boolean {
  return text.length >= shortest && parseAddress(text).ok
}

/** `address`, or the reason why what was meant as one is none, or `null` for anything else. */
function judgeRun(run: Run, before: string, label: () => Label): 'address' | string | null {
  if (run.text.length < 8) return null
  if (run.inLink)
    return isAddressInLink(run.text, before)
      ? 'stands inside a link, which may name a contract or a page and not the listed address'
      : null
  const parsed = parseAddress(run.text)
  if (parsed.ok) {
    if (keyFamily(parsed.key) !== 'solana') return 'address'
    const { asset, announces } = label()
    return asset !== null || announces
      ? 'address'
      : 'may be a Solana address, which has no checksum, and no label says so'
  }
  if (!looksLikeAddress(run.text) && !isMeant(run.text, label)) return null
  const strange = /[^\x21-\x7e]/.test(run.text)
  return (strange || isLongHex(run.text) ? null : whatIsGlued(run.text)) ?? parsed.reason
}

/** An account of Sui or Aptos. Its first digits would pass for an EVM address. */
function isLongHex(text: string): boolean {
  return /^0x[0-9a-f]{64}$/i.test(text)
}

/** Whether the words before a run say that it is an address. */
function isMeant(text: string, label: () => Label): boolean {
  if (!standsForAddress(text)) return false
  const { asset, announces } = label()
  return announces || (asset !== null && standsForForeign(text))
}

function splitBy(gap: string): string {
  const what = /^[\t\n\v\f\r ]+$/.test(gap) ? 'white space' : JSON.stringify(gap)
  return `split by ${what}: an address only when put together, which is for a person to decide`
}

function labelFor(text: string, start: number, last: { end: number; label: Label }): Label {
  const gap = text.slice(Math.max(last.end, start - labelReach), start)
  if (last.end > 0 && start - last.end <= labelReach && continues(gap)) return last.label
  return labelOf(gap)
}
