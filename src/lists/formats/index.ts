import { ChainscreenError } from '../../errors.ts'
import type { ListFormat } from '../types.ts'
import { bundled } from './bundled.ts'
import type { CsvOptions } from './csv/columns.ts'
import { csv, csvFormat } from './csv.ts'
import { euFsf } from './eu-fsf.ts'
import { ofacSdn } from './ofac-sdn.ts'
import { ofacSdnAdvanced } from './ofac-sdn-advanced.ts'
import { opensanctions } from './opensanctions.ts'
import { tagpack } from './tagpack.ts'
import { ukSanctionsList } from './uk-sanctions-list.ts'

/** Every format, by the id that the config names. A new one is a file beside this and a line here. */
export const formats: Readonly<Record<string, ListFormat>> = {
  'ofac-sdn-advanced': ofacSdnAdvanced,
  'ofac-sdn': ofacSdn,
  'uk-sanctions-list': ukSanctionsList,
  'eu-fsf': euFsf,
  opensanctions,
  tagpack,
  csv,
  bundled,
}

/**
 * The format of that id.
 *
 * @throws ChainscreenError `config` when there is none.
 */
export function formatOf(id: string): ListFormat {
  const format = Object.hasOwn(formats, id) ? formats[id] : undefined
  if (format !== undefined) return format
  const known = Object.keys(formats).join(', ')
  throw new ChainscreenError('config', `There is no list format ${JSON.stringify(id)}; there are: ${known}.`)
}

/** The format of a list of the config, laid out as that says. @throws as {@link formatOf}. */
export function formatFor({
  format,
  csv: options,
}: {
  format: string
  csv?: CsvOptions | undefined
}): ListFormat {
  return format === 'csv' && options !== undefined ? csvFormat(options) : formatOf(format)
}
