import { accessSync, constants } from 'node:fs'
import type { OwnSourceConfig } from '../config/own-sources.ts'
import type { Config } from '../config/schema.ts'
import { messageOf, whyUnreadable } from '../diagnostics/errors.ts'
import { checkQuery } from '../own/sources/read-query.ts'
import { placeOf } from '../postgres/connect.ts'
import type { Checkup } from './doctor.ts'

/** Looks at each source of own addresses: whether the file can be read, and what the query would answer. No row is read. */
export function checkOwnSources({ own }: Pick<Config, 'own'>, signal?: AbortSignal): Promise<Checkup[]> {
  return Promise.all(own.map((source) => checkSource(source, signal)))
}

async function checkSource(source: OwnSourceConfig, signal?: AbortSignal): Promise<Checkup> {
  const what = `own source ${source.id}`
  if (source.type === 'file') {
    try {
      accessSync(source.file, constants.R_OK)
      return { what, state: 'ok', found: source.file, advice: null }
    } catch (error) {
      const found = `${source.file} can't be read: ${whyUnreadable(error)}`
      return { what, state: 'fail', found, advice: 'put the file there, or change `file`' }
    }
  }
  try {
    await checkQuery(source, signal)
    return { what, state: 'ok', found: `${placeOf(source.url)} answers the query`, advice: null }
  } catch (error) {
    return {
      what,
      state: 'fail',
      found: messageOf(error),
      advice: 'change `url` or `query`; no row is read until then',
    }
  }
}
