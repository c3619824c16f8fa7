import { randomUUID } from 'node:crypto'
import { mayHoldSecret, notShown } from '../address/secret.ts'
import { type Attempt, writeAttempt } from '../ledger/alerts/attempt-alert.ts'
import type { Act } from '../ledger/audit.ts'
import { type Db, inTransaction } from '../ledger/database.ts'
import { readEntry } from '../ledger/lists/list-entries.ts'
import { type ScreeningRequest, writeScreenings } from '../ledger/screenings.ts'
import { type PreCheck, type PreCheckChain, preCheck } from '../pipeline/pre-check.ts'
import { hasPersonalData } from '../privacy/forbidden-columns.ts'
import { checkedAct, checkedWords } from './act.ts'

/** An address before something is sent to it. */
export interface ScreeningSubject {
  address: string
  /** The exchange's own id of the withdrawal. */
  reference?: string | undefined
  /** Where not given: that of all. */
  asset?: string | undefined
  chain?: PreCheckChain | undefined
}

/** How addresses are read, and which lists must be fresh: see `preCheck`. */
export type ScreeningTerms = Omit<Parameters<typeof preCheck>[2], 'at'>

/** An answer, and the cases that it opened, or that were open: alerts of status `attempted`. */
export interface Screened extends PreCheck {
  reference: string | null
  asset: string | null
  chain: string | null
  alerts: string[]
}

/**
 * Says whether addresses are listed, and records who asked, when, and what was answered: committed before this returns. A `listed` one
 * with a reference opens a case, once for each reference, address and entry.
 *
 * @throws ChainscreenError `usage` for words that must not be stored; `database-busy` and `database-disk` where the record can't be
 * written: there is no answer then.
 */
export function screen(
  db: Db,
  subjects: readonly ScreeningSubject[],
  terms: ScreeningTerms,
  by: Act & Pick<ScreeningRequest, 'via'>,
): { request: string; results: Screened[] } {
  const act = checkedAct(by)
  const references = subjects.map(({ reference }) => checkedReference(reference))
  const request = randomUUID()
  return inTransaction(db, () => {
    const checks = preCheck(db, subjects, { ...terms, at: act.at })
    const results = checks.map((check, index): Screened => {
      const reference = references[index] ?? null
      const attempts = reference === null ? [] : attemptsOf(db, check, { reference, request, at: act.at })
      const { asset = terms.asset, chain = terms.chain } = subjects[index] ?? {}
      const about = { reference, asset, chain: chain?.id ?? null }
      return { ...check, ...about, alerts: attempts.map((attempt) => writeAttempt(db, attempt).id) }
    })
    writeScreenings(
      db,
      { ...act, via: by.via, request },
      results.map((result) => ({
        ...result,
        address: result.key === null ? storable(result.address) : result.address,
        asset: result.asset === null ? null : storable(result.asset),
      })),
    )
    return { request, results }
  })
}

function checkedReference(reference: string | undefined): string | null {
  if (reference === undefined) return null
  return checkedWords('reference', reference) || null
}

function attemptsOf(
  db: Db,
  { key, address, matches, revision }: PreCheck,
  about: Pick<Attempt, 'reference' | 'request' | 'at'>,
): Attempt[] {
  if (key === null) return []
  return matches.flatMap(({ listId, entryKey, basis }) => {
    const entry = readEntry(db, listId, entryKey)
    return entry === undefined ? [] : [{ ...about, key, address, match: basis, entry, revision }]
  })
}

/**
 * Text that is no address may be anything, and it is stored permanently: short, and nothing of a secret or a person. White space and `@`
 * are in names and e-mail addresses, and in no address.
 */
function storable(text: string): string {
  if (mayHoldSecret(text) || hasPersonalData(text) || /[\s@]/u.test(text.trim())) return notShown
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
