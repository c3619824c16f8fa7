import { readPasted } from '../address/read-pasted.ts'
import { shownAddress, whySecret } from '../descriptor/shown-address.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import { isoMoment } from '../time/iso-moment.ts'

/** What `alerts` can look for, besides a chain. */
export interface FilterWords {
  status?: string | undefined
  level?: string | undefined
  since?: string | undefined
  tx?: string | undefined
  address?: string | undefined
}

export const statuses = ['pending-mempool', 'pending', 'final', 'orphaned', 'withdrawn']
export const levels = ['high', 'medium', 'low']

/** A word that no alert can have would find none, and look like good news. @throws `usage` */
export function checkFilter({ status, level, since, tx, address }: FilterWords): void {
  refuseOther('--status', status, statuses)
  refuseOther('--level', level, levels)
  if (since !== undefined && isoMoment(since) === null)
    throw usage(`--since ${since} is no time; expected one such as 2026-01-31 or 2026-01-31T12:00:00Z.`)
  if (tx !== undefined && !/^(?:0x)?[0-9a-f]{64}$/i.test(tx))
    throw usage(
      `--tx ${shownAddress(tx)} is no transaction hash; expected 64 hex digits, with or without 0x.`,
    )
  if (address === undefined) return
  const parsed = readPasted(address)
  if (parsed.ok) return
  const why = whySecret(address) ?? parsed.reason
  throw usage(`--address ${shownAddress(address)} can't be read: ${why}.`)
}

function refuseOther(option: string, word: string | undefined, words: readonly string[]): void {
  if (word === undefined || words.includes(word)) return
  throw usage(`${option} ${word} is unknown; expected ${words.join(', ')}.`)
}

const usage = (message: string) => new ChainscreenError('usage', message)
