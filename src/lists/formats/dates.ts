/** The day that it is, UTC. */
export function currentDay(): string {
  return new Date().toISOString().slice(0, 10)
}

/** Whether a text is a day of the calendar as `YYYY-MM-DD`. */
export function isDate(text: string): boolean {
  if (!/^[12]\d{3}-\d{2}-\d{2}$/.test(text)) return false
  const time = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}

/** Whether a date is still to come, by more than a day: where it was written, tomorrow may have come. @param today in UTC. */
export function isDayToCome(day: string, today: string): boolean {
  return Date.parse(day) - Date.parse(today) > 86_400_000
}

/** The day behind a day of the calendar. */
export function dayAfter(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** `29/06/2012` or `02-Oct-2026`, as the United Kingdom writes dates, as `YYYY-MM-DD`; `null` for anything else. */
export function dayFirst(text: string): string | null {
  const [, day, month, year] = /^(\d{1,2})[/-](\d{1,2}|[a-z]{3})[/-](\d{4})$/i.exec(text.trim()) ?? []
  if (day === undefined || month === undefined || year === undefined) return null
  const named = months.indexOf(month.toLowerCase()) + 1
  return date(year, named > 0 ? String(named) : month, day)
}

/** `09/23/2026`, as OFAC writes dates, as `YYYY-MM-DD`; `null` for anything else. */
export function monthFirst(text: string): string | null {
  const [, month, day, year] = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text.trim()) ?? []
  return month === undefined || day === undefined || year === undefined ? null : date(year, month, day)
}

/** The day of `2026-09-22T16:47:04.449+02:00` or `2023-08-16 12:18:52.6`, as the publisher's clock has it; `null` for anything else. */
export function isoDay(text: string): string | null {
  const day = text.trim().slice(0, 10)
  return isDate(day) && /^$|^T|^ \d{1,2}:\d{2}/.test(text.trim().slice(10)) ? day : null
}

/** Reads dates, and counts those that are there and can't be read: an address without its date is to be seen. */
export class DateReader {
  unreadable = 0

  /** @param as how this publisher writes them, such as {@link dayFirst}. @returns `null` also for an empty text. */
  read(text: string | undefined, as: (text: string) => string | null): string | null {
    if (text === undefined || text.trim() === '') return null
    const day = as(text)
    if (day === null) this.unreadable++
    return day
  }
}

/** The count as it stands among a list's counts: not at all where every date was read. */
export function countUnreadable(dates: number): { unreadableDates?: number } {
  return dates > 0 ? { unreadableDates: dates } : {}
}

/** The earliest of some dates; `null` where there is none. */
export function earliest(dates: readonly (string | null)[]): string | null {
  return dates.reduce((a, b) => (a === null || (b !== null && b < a) ? b : a), null)
}

function date(year: string, month: string, day: string): string | null {
  const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  return isDate(text) ? text : null
}
