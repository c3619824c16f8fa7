/**
 * Whether two names of the record are one person: whatever the letter case, white space, and the form of Unicode.
 *
 * The trigger of `alert_events` compares so too, as far as SQLite can: letters beyond ASCII only as they are written.
 */
export function isSamePerson(one: string, other: string): boolean {
  return folded(one) === folded(other)
}

/** Upper case first: `ß` and `ss` are one then. What is not visible, such as a zero-width space, tells nobody apart. */
function folded(name: string): string {
  return name
    .normalize('NFKC')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replace(/\s+/gu, ' ')
    .trim()
}
