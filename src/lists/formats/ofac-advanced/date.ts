import { isDate } from '../is-date.ts'
import type { XmlElement } from '../walk-xml.ts'

/**
 * An element of the form `<Year>2025</Year><Month>11</Month><Day>19</Day>`. Hands over `YYYY-MM-DD`, or `null`
 * where the parts are no date of the calendar.
 */
export function dateElement(done: (date: string | null) => void): XmlElement {
  let parts: [year: string, month: string, day: string] = ['', '', '']
  const part = (index: 0 | 1 | 2, width: number): XmlElement => ({
    text: (text) => {
      parts[index] = text.trim().padStart(width, '0')
    },
  })
  return {
    open: () => {
      parts = ['', '', '']
    },
    close: () => {
      const date = parts.join('-')
      done(isDate(date) ? date : null)
    },
    children: { Year: part(0, 4), Month: part(1, 2), Day: part(2, 2) },
  }
}
