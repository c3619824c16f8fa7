import { fileURLToPath } from 'node:url'
import type { FileListConfig, PublishedListConfig } from '../config/lists.ts'
import type { Db } from '../ledger/database.ts'
import { Redactor } from '../privacy/redactor.ts'
import { type ImportOptions, type ImportOutcome, importList, type ListSource } from './import-list.ts'

/** When OFAC issued the list that ships with chainscreen. It ages: use a live list. */
export const bundledListIssuedOn = '2025-11-19'

/** The path of that list, in the format `bundled`. The same from `src/` and from `dist/`. */
export function bundledListPath(): string {
  return fileURLToPath(new URL(`../../data/lists/ofac-${bundledListIssuedOn}.csv`, import.meta.url))
}

/** The file of a list: where the config says, or the one that ships with chainscreen. */
export function listFile(list: FileListConfig): string {
  return list.format === 'bundled' ? bundledListPath() : list.file
}

/** Loads one list from its file. @throws what {@link importList} throws. */
export function loadList(db: Db, list: FileListConfig, options: ImportOptions): Promise<ImportOutcome> {
  return importList(db, sourceOf(list), { path: listFile(list) }, options)
}

/** A list of the config, as an import needs it. */
export function sourceOf(list: PublishedListConfig): ListSource {
  return {
    id: list.id,
    format: list.format,
    options: list.options,
    maxAgeSeconds: secondsOf(list.maxAgeMs),
    maxIssueAgeSeconds: secondsOf(list.maxIssueAgeMs),
    origin: 'url' in list ? 'url' : 'file',
    maxRemoved: list.guard.maxRemoved,
    ...('url' in list && { redactor: new Redactor('list', [list.url]) }),
  }
}

function secondsOf(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms / 1000)
}
