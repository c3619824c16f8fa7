import { withoutPrivateKeys } from '../address/secret.ts'
import type { CurrentAlertRow } from '../ledger/alerts/alert-queries.ts'
import type { StoredEvent } from '../ledger/events/read-events.ts'
import { decisions } from '../screening/decision.ts'
import type { Envelope } from './shapes.ts'

/** An event as it is sent, without the private keys that text from outside may hold. @param epoch what its sequence counts in. */
export function envelopeOf(event: StoredEvent, epoch: string): Envelope {
  const { id, at: timestamp, sequence } = event
  return { id, type: typeOf(event), timestamp, sequence, epoch, data: withoutKeysIn(dataOf(event)) }
}

/** Each value by itself: in the text of the whole, a phrase may be cut by escapes, and words of several values may seem to be one. */
function withoutKeysIn<T>(value: T): T {
  if (typeof value === 'string') return withoutPrivateKeys(value) as T
  if (Array.isArray(value)) return value.map(withoutKeysIn) as T
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withoutKeysIn(each)])) as T
}

/** Such as `alert.created`, or `list.held`. */
export function typeOf(event: StoredEvent): string {
  if (event.about === 'other') return event.type
  return `alert.${isDecision(event.kind) ? 'decided' : event.kind}`
}

function isDecision(kind: string): boolean {
  return (decisions as readonly string[]).includes(kind)
}

function dataOf(event: StoredEvent): Record<string, unknown> {
  if (event.about === 'other') {
    const { chain, caip2, data } = event
    return chain === null && !canHaveChain.has(event.type) ? data : { chain, caip2, ...data }
  }
  const { kind, version, caip2, actor, note, data, alert } = event
  const { assignee, decision, proposedBy, ...details } = camelCase(data ?? {})
  return {
    ...{ alertId: alert.id, version, caip2, actor, note },
    ...(kind === 'assigned' && { assignee }),
    ...(kind === 'proposed' && { decision }),
    ...(isDecision(kind) && { decision: kind, proposedBy: proposedBy ?? null }),
    ...{ details, alert: alertOf(alert) },
  }
}

const canHaveChain: ReadonlySet<string> = new Set(['own.removed', 'screening.listed'])

/** An alert by its columns in camelCase, what is JSON or yes and no in SQL as such. */
export function alertOf(row: CurrentAlertRow): Record<string, unknown> {
  const { tags, subject_ids, programs, current_tags, entry_in_force, ...rest } = row
  return {
    ...camelCase(rest),
    tags: JSON.parse(tags) as string[],
    subjectIds: JSON.parse(subject_ids) as string[],
    programs: JSON.parse(programs) as string[],
    currentTags: JSON.parse(current_tags) as string[],
    entryInForce: entry_in_force === 1,
  }
}

function camelCase(row: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  )
}
