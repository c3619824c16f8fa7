import type { z } from 'zod'
import { notShown, secretIn, withoutKeys } from '../address/secret.ts'
import { ChainscreenError, redactUrl } from '../diagnostics/errors.ts'
import type { ConfigDocument } from './document.ts'
import { secretKeys } from './secrets.ts'

/** What the schema found wrong, in words; each key at most once. Unknown keys carry the allowed ones (see `group`). */
export function fromSchema(issues: readonly z.core.$ZodIssue[], document: ConfigDocument): Mistake[] {
  const mistakes = new Map<string, Mistake>()
  const add = (mistake: Mistake) => {
    const key = keyText(mistake.path)
    if (!mistakes.has(key)) mistakes.set(key, mistake)
  }
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') {
      add(found(issue.path, foundAt(issue.path, document), issue.message))
      continue
    }
    for (const key of issue.keys) {
      const meant = nearest(key, issue.message.split(', '))
      const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`
      add(found([...issue.path, key], `an unknown key${hint}`, `one of ${issue.message}`))
    }
  }
  return [...mistakes.values()]
}

/** Keys whose values may carry credentials, also where they are written wrongly. */
const urlKeys = ['rpc', 'ws', 'url']

/** What stands at a key, as written, without anything secret. */
function foundAt(path: KeyPath, document: ConfigDocument): string {
  const value = document.writtenAt(path)
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return 'a group of keys'
  const text = String(value)
  if (secretKeys.includes(String(path[path.length - 1]))) return 'a value (not shown)'
  if (/^\$\{\w+\}$/.test(text)) return `the value of ${text}`
  if (text.includes('://') || path.some((key) => urlKeys.includes(String(key)))) return redactUrl(text)
  const secret = secretIn(text)
  if (secret !== null) return `a ${secret} (not shown)`
  const short = text.length > 80 ? `${text.slice(0, 80)}…` : text
  return typeof value === 'string' ? JSON.stringify(short) : short
}

/** One error for all mistakes of a file, in the order of its lines. */
export function configError(all: readonly Mistake[], document: ConfigDocument): ChainscreenError {
  const lines = all
    .filter((mistake) => !isEcho(mistake, all))
    .map((mistake) => ({ ...mistake, line: document.lineOf(mistake.path) }))
    .sort((a, b) => a.line - b.line)
  const details = lines.map(
    ({ path, text, line }) =>
      `${document.file}:${line} ${withoutKeys(`${keyText(path) || 'config'}${text}`)}`,
  )
  const first = details[0] ?? document.file
  const message =
    details.length === 1
      ? `${first}.`
      : `${document.file} has ${details.length} things to change, the first: ${first}.`
  return new ChainscreenError('config', message, { details })
}

/** A mistake that only follows from another: an earlier one of the same key. */
function isEcho(mistake: Mistake, all: readonly Mistake[]): boolean {
  const key = keyText(mistake.path)
  return all.some((other) => key === keyText(other.path) && all.indexOf(other) < all.indexOf(mistake))
}

/** Where a value stands in the config: `['lists', 0, 'guard', 'maxRemoved']`. */
export type KeyPath = readonly PropertyKey[]

/** One thing in the config that must change. Never holds the value of a variable or a secret. */
export interface Mistake {
  path: KeyPath
  /** What is wrong, to be read after the key: `: found …, expected …`. */
  text: string
}

function found(path: KeyPath, what: string, expected: string): Mistake {
  return { path, text: `: found ${what}, expected ${expected}` }
}

/** `lists[0].guard.maxRemoved`. */
function keyText(path: KeyPath): string {
  const name = (step: PropertyKey) => (secretIn(String(step)) === null ? String(step) : notShown)
  return path
    .map((step, index) =>
      typeof step === 'number' ? `[${step}]` : index === 0 ? name(step) : `.${name(step)}`,
    )
    .join('')
}

/** The word that a misspelt one was most likely meant to be; `undefined` when none is near. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const lower = word.toLowerCase()
  const ranked = words
    .map((candidate) => ({ candidate, edits: editDistance(lower, candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits)
  const best = ranked[0]
  return best && best.edits <= Math.max(1, Math.floor(word.length / 3)) ? best.candidate : undefined
}

/** Levenshtein distance in which two swapped neighbours count as one edit. */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)]
  const at = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1
      const swap = i > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Infinity
      row.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + change, swap))
    }
  }
  return at(a.length, b.length)
}
