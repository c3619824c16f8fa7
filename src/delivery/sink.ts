import type { Envelope } from '../events/shapes.ts'

/** What became of one event. */
export type Outcome =
  | { kind: 'sent' }
  /** The sink itself fails: nothing is sent to it for a while, and nothing is given up. */
  | { kind: 'later'; why: string; retryAfterMs?: number | undefined }
  /** The sink works, and refuses this event. */
  | { kind: 'refused'; why: string }
  /** An earlier event of its alert was refused. */
  | { kind: 'behind' }
  /** The receiver wants nothing more, ever. */
  | { kind: 'off'; why: string }

/** Where events go. */
export interface Sink {
  /** So many events at once. */
  readonly batch: number
  /**
   * Delivers events, those of one alert in their order. It throws nothing: what fails is an outcome.
   *
   * @returns an outcome for each event, in order.
   */
  deliver(events: readonly Envelope[], signal: AbortSignal): Promise<Outcome[]>
  close(): Promise<void>
}

/** The alert that an event is of: the events of one alert keep their order. */
export function alertOfEvent({ data }: Envelope): string | null {
  return typeof data.alertId === 'string' ? data.alertId : null
}
