import { formats } from './index.ts'
import { tokenBlacklist } from './token-blacklist.ts'

/** The two tables of docs/lists.md: what each format is, and what begins and ends an entry. */
export function formatTables(): { formats: string; entries: string } {
  const { bundled, ...files } = formats
  const named = [...Object.values(files), tokenBlacklist].map(({ id, page }) => ({
    name: id as string,
    page,
  }))
  const all = [...named, { name: 'file: bundled', page: bundled.page }]
  return {
    formats: table(
      ['format', 'what it is', 'taken', 'dates'],
      all.map(({ name, page }) => [`\`${name}\``, page.what, page.taken, page.dates]),
    ),
    entries: table(
      ['format', 'begins (`listed_on`)', 'ends', 'by'],
      all.map(({ name, page }) => [`\`${name}\``, page.begins, page.ends, page.source]),
    ),
  }
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |')
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}
