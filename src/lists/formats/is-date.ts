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
