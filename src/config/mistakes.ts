import type { z } from 'zod'
import { secretIn, withoutKeys } from '../address/secret.ts'
import { ChainscreenError, redactUrl } from '../errors.ts'
import type { ConfigDocument } from './document.ts'
import { found, type KeyPath, keyText, type Mistake } from './mistake.ts'
import { nearest } from './nearest.ts'
import { secretKeys } from './secrets.ts'

/** What the schema found wrong, in words; each key at most once. Unknown keys carry the allowed ones (see `group.ts`). */
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
  return new ChainscreenError(lines.every((mistake) => mistake.notBuilt) ? 'not-built' : 'config', message, {
    details,
  })
}

/** A mistake that only follows from another: an earlier one of the same key, or anything inside a key that is not built. */
function isEcho(mistake: Mistake, all: readonly Mistake[]): boolean {
  const key = keyText(mistake.path)
  return all.some((other) => {
    const cause = keyText(other.path)
    if (key === cause) return all.indexOf(other) < all.indexOf(mistake)
    if (!other.notBuilt) return false
    return key.startsWith(`${cause}[`) || key.startsWith(`${cause}.`)
  })
}
