import { ChainscreenError } from '../../diagnostics/errors.ts'
import type { ListFormat, ListOptions } from '../types.ts'
import { bundled } from './bundled.ts'
import { csv } from './csv.ts'
import { euFsf } from './eu-fsf.ts'
import { ofacSdn } from './ofac-sdn.ts'
import { ofacSdnAdvanced } from './ofac-sdn-advanced.ts'
import { opensanctions } from './opensanctions.ts'
import { tagpack } from './tagpack.ts'
import { tokenBlacklist } from './token-blacklist.ts'
import { ukSanctionsList } from './uk-sanctions-list.ts'

/** Every format, by the id that the config names. A new one is a file beside this and a line here. */
export const formats = {
  'ofac-sdn-advanced': ofacSdnAdvanced,
  'ofac-sdn': ofacSdn,
  'uk-sanctions-list': ukSanctionsList,
  'eu-fsf': euFsf,
  opensanctions,
  tagpack,
  csv,
  bundled,
} as const satisfies Readonly<Record<string, ListFormat>>

type FileFormatId = keyof typeof formats

/**
 * The format of that id.
 *
 * @throws ChainscreenError `config` when there is none.
 */
export function formatOf(id: string): ListFormat {
  if (Object.hasOwn(formats, id)) return formats[id as FileFormatId]
  const known = Object.keys(formats).join(', ')
  throw new ChainscreenError('config', `There is no list format ${JSON.stringify(id)}; there are: ${known}.`)
}

/**
 * The format of a list of the config, laid out as that says.
 *
 * @throws as {@link formatOf}.
 */
export function formatFor(list: { format: string; options?: ListOptions | undefined }): ListFormat {
  const format = formatOf(list.format)
  return list.options === undefined ? format : (format.layout?.apply(list.options) ?? format)
}

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
