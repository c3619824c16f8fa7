/** What can happen to an alert: see docs/events.md. */
const alertEventTypes = [
  'alert.created',
  'alert.confirmed',
  'alert.final',
  'alert.orphaned',
  'alert.reinstated',
  'alert.withdrawn',
  'alert.replaced',
  'alert.entry-removed',
  'alert.listed-again',
  'alert.regraded',
  'alert.assigned',
  'alert.proposed',
  'alert.decided',
  'alert.filed',
] as const

/** What can happen to anything else. */
const otherEventTypes = [
  'screening.listed',
  'own.removed',
  'chain.rewound',
  'chain.halted',
  'chain.stalled',
  'chain.recovered',
  'coverage.gap',
  'list.activated',
  'list.rescreened',
  'list.held',
  'list.stale',
  'canary.failed',
] as const

export const eventTypes = [...alertEventTypes, ...otherEventTypes] as const

export type EventType = (typeof eventTypes)[number]

export type AlertEventType = (typeof alertEventTypes)[number]

/** Whether a text is a type of event, or the first word of one and `.*`, or `*`. */
export function isEventPattern(text: string): boolean {
  return eventTypes.some((type) => matchesPattern(type, text))
}

/**
 * Whether an event is among those that somebody asked for.
 *
 * @param patterns types such as `list.held`, groups such as `alert.*`, or `*`.
 */
export function isAskedFor(type: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matchesPattern(type, pattern))
}

function matchesPattern(type: string, pattern: string): boolean {
  return pattern === '*' || pattern === type || pattern === `${type.split('.', 1)[0]}.*`
}
