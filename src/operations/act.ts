import { mayHoldSecret } from '../address/secret.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import type { Act } from '../ledger/audit.ts'
import { hasPersonalData } from '../privacy/forbidden-columns.ts'
import { isoMoment } from '../time/moments.ts'

const longest = { actor: 100, assignee: 100, name: 100, person: 100, reference: 200, note: 4_000 } as const

/**
 * A person's words as they are stored, permanently.
 *
 * @param field what they are, for the message.
 * @returns them without white space around them.
 * @throws ChainscreenError `usage` where they are too long, hold control characters, a secret or 32 bytes in hex, or tell of
 * nationality, birth or documents. The words are not repeated.
 */
export function checkedWords(field: keyof typeof longest, text: string): string {
  const words = text.trim()
  const refuse = (why: string) => {
    throw new ChainscreenError('usage', `--${field} ${why}`)
  }
  if (mayHoldSecret(words)) {
    refuse(
      'holds what may be a private key or a seed phrase (not shown), and nothing was done: it would be stored permanently. Of a hash, give its first 16 digits.',
    )
  }
  if (hasPersonalData(words)) {
    refuse(
      'tells of nationality, birth or documents (not shown), and nothing was done: chainscreen never stores these. Name the case in which they stand.',
    )
  }
  if (words.length > longest[field])
    refuse(`has ${words.length} characters; expected ${longest[field]} at most.`)
  if (/[^\P{Cc}\n\t]/u.test(words)) refuse('has control characters; expected plain text.')
  return words
}

/**
 * Who does something and why, checked.
 *
 * @throws ChainscreenError `usage` as {@link checkedWords}, and where no actor is named.
 */
export function checkedAct({ actor, note, at }: Act): Act {
  const name = checkedWords('actor', actor)
  if (name === '') throw new ChainscreenError('usage', '--actor is empty; expected the name of who decided.')
  const words = note === null ? '' : checkedWords('note', note)
  return { actor: name, note: words === '' ? null : words, at }
}

/**
 * The day of `--on`: one that has begun somewhere.
 *
 * @param at now, ISO-8601.
 * @throws ChainscreenError `usage` for what is no day, and one in the future.
 */
export function checkedDay(on: string, at: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(on) || isoMoment(on) === null)
    throw new ChainscreenError('usage', `--on ${on} is no day; expected one such as 2026-01-31.`)
  // The day begins first in UTC+14.
  if (Date.parse(on) > Date.parse(at) + 14 * 3_600_000)
    throw new ChainscreenError('usage', `--on ${on} is in the future; expected the day on which it happened.`)
  return on
}

/**
 * The day of `--on` is no earlier than what it is about.
 *
 * @param known when that was: an ISO-8601 moment, or a day. @param what it is, for the message.
 * @throws ChainscreenError `usage` where it is.
 */
export function refuseBefore(on: string, known: string, what: string): void {
  // A day ends last in UTC-12.
  const isMoment = known.includes('T')
  const first = isMoment ? new Date(Date.parse(known) - 12 * 3_600_000).toISOString().slice(0, 10) : known
  if (on < first)
    throw new ChainscreenError(
      'usage',
      `--on ${on} is before ${known.slice(0, 10)}, ${what}; expected the day on which it happened. Nothing was recorded.`,
    )
}
