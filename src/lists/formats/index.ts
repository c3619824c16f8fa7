import { ChainscreenError } from '../../errors.ts'
import type { ListFormat } from '../types.ts'
import { bundled } from './bundled.ts'
import { csv } from './csv.ts'
import { ofacSdnAdvanced } from './ofac-sdn-advanced.ts'

/** Every format, by the id that the config names. A new one is a file beside this and a line here. */
export const formats: Readonly<Record<string, ListFormat>> = {
  'ofac-sdn-advanced': ofacSdnAdvanced,
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
