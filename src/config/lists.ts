import { z } from 'zod'
import { csvKeys, csvListKeys } from './csv-list.ts'
import { type FreezeListConfig, freezeListKeys } from './freeze-list.ts'
import { group } from './group.ts'
import { listUrlSchema, redirectHostsSchema, urlKeys } from './list-url.ts'
import { durationMs, id, oneOf, percentage, text, unique, wholeNumber } from './values.ts'

/** The formats this version reads; `bundled` is what `file: bundled` has. */
export const builtFormats = [
  'ofac-sdn-advanced',
  'ofac-sdn',
  'uk-sanctions-list',
  'eu-fsf',
  'opensanctions',
  'tagpack',
  'csv',
  'bundled',
  'token-blacklist',
] as const

export type ListFormatId = (typeof builtFormats)[number]

/** The word that stands for the addresses that ship with chainscreen, in place of a path. */
export const bundledFile = 'bundled'

/** Formats of publishers who renew their list; nobody promises to renew the others, so they do not age. */
const renewed: readonly ListFormatId[] = [
  'ofac-sdn-advanced',
  'ofac-sdn',
  'uk-sanctions-list',
  'eu-fsf',
  'opensanctions',
]

const hourMs = 3_600_000
const formatExpected = builtFormats.filter((format) => format !== 'bundled').join(', ')
const maxAgeExpected = 'a duration such as 72h'
const maxIssueAgeExpected = 'a duration such as 45d, or off'
const noIssueExpected = 'off, or nothing: a csv has no date of issue'
const fileExpected = 'the path of the list file, or bundled'
const sourceExpected = 'either url (to be fetched) or file (the path of the list file, or bundled)'
const chainListExpected = 'the id of an evm chain: format token-blacklist is read from it'
const everyExpected = 'a duration from 1m to 30d'
const timeoutExpected = 'a duration from 1s to 1d'
const maxBytesExpected = 'a whole number of bytes'

/** What may stand beside `file: bundled`: nothing, or what it is made from. */
const forBundled: readonly (ListFormatId | undefined)[] = [undefined, 'bundled', 'ofac-sdn-advanced']

const listSchema = group({
  id: id().describe('Name of the list in commands, tables and alerts.'),
  format: oneOf(builtFormats, `${formatExpected} (none for \`file: bundled\`)`)
    .optional()
    .describe('What the file is. None for `file: bundled`.'),
  url: listUrlSchema.optional(),
  file: text(fileExpected)
    .refine((file) => !file.includes('://'), fileExpected)
    .optional()
    .describe('Path of the list file (.xml, .zip, .gz, .csv), or bundled.'),
  every: durationMs(everyExpected, 60_000, 30 * 24 * hourMs)
    .optional()
    .describe('How often the url is asked for news. Default: 1h.'),
  redirectHosts: redirectHostsSchema.optional(),
  maxBytes: wholeNumber(maxBytesExpected, 1)
    .optional()
    .describe('Most bytes of a download, as sent and decompressed. Default: 2 GiB.'),
  timeout: durationMs(timeoutExpected, 1_000, 24 * hourMs)
    .optional()
    .describe('How long one attempt to download may take. Default: 15m.'),
  maxAge: durationMs(maxAgeExpected, 1_000)
    .optional()
    .describe(
      'Without a successful check for longer (a file: without a change of its content), the list is unhealthy and `screen` answers unknown. Default: 72h; 24h for token-blacklist; none for csv, tagpack and bundled.',
    ),
  maxIssueAge: z
    .union([z.literal('off'), durationMs(maxIssueAgeExpected, 1_000)], maxIssueAgeExpected)
    .optional()
    .describe(
      "Issued longer ago than this by the publisher's own date, the list is unhealthy; of a file and the bundled list `screen` answers unknown, of a url it warns. off where a list is old on purpose. Default: 45d; off for csv and tagpack.",
    ),
  ...csvListKeys,
  ...freezeListKeys,
  guard: group({
    maxRemoved: percentage('a percentage such as 5%')
      .default(0.05)
      .describe('A version that loses more than this share is held until approved. Default: 5%.'),
  }).default({ maxRemoved: 0.05 }),
}).transform((keys, context) => {
  const { maxAge, maxIssueAge, format, url, file, every, redirectHosts, maxBytes, timeout, ...rest } = keys
  const { chain, contracts, from, header, columns, onBadRow, ...list } = rest
  const refuse = (key: string, message: string) => {
    context.addIssue({ code: 'custom', path: [key], message })
    return z.NEVER
  }
  if (format === 'token-blacklist') {
    if (chain === undefined) return refuse('chain', chainListExpected)
    const foreign = (['url', 'file', 'maxIssueAge', ...urlKeys, ...csvKeys] as const).find(
      (key) => keys[key] !== undefined,
    )
    if (foreign !== undefined)
      return refuse(foreign, 'no such key: format token-blacklist is read from a chain')
    const read: FreezeListConfig = {
      ...{ id: list.id, format, maxAgeMs: maxAge ?? 24 * hourMs, chain },
      ...(contracts && { contracts }),
      ...(from !== undefined && { from }),
    }
    return read
  }
  const foreign = (['chain', 'contracts', 'from'] as const).find((key) => rest[key] !== undefined)
  if (foreign !== undefined) return refuse(foreign, 'no such key: it is for format token-blacklist')
  if (url === undefined ? file === undefined : file !== undefined) return refuse('file', sourceExpected)
  const bundled = file === bundledFile
  if (bundled ? !forBundled.includes(format) : format === undefined || format === 'bundled') {
    return refuse('format', bundled ? 'no format for `file: bundled`' : formatExpected)
  }
  const kept: ListFormatId = bundled ? 'bundled' : (format ?? 'bundled')
  const ofCsv = csvKeys.find((key) => keys[key] !== undefined)
  if (ofCsv !== undefined && kept !== 'csv') return refuse(ofCsv, 'no such key: it is for format csv')
  if (kept === 'csv' && typeof maxIssueAge === 'number') return refuse('maxIssueAge', noIssueExpected)
  const common = {
    ...list,
    format: kept,
    ...(ofCsv !== undefined && { csv: { header, columns, onBadRow } }),
    maxAgeMs: maxAge ?? (renewed.includes(kept) ? 72 * hourMs : null),
    maxIssueAgeMs: maxIssueAge === 'off' ? null : (maxIssueAge ?? defaultIssueAge(kept)),
  }
  const fetching = { every, redirectHosts, maxBytes, timeout }
  if (file !== undefined) {
    const key = urlKeys.find((candidate) => fetching[candidate] !== undefined)
    return key === undefined ? { ...common, file } : refuse(key, 'no such key beside file: it is for url')
  }
  return {
    ...common,
    url: url ?? '',
    everyMs: every ?? hourMs,
    redirectHosts: redirectHosts ?? [],
    maxBytes: maxBytes ?? 2 * 1024 ** 3,
    timeoutMs: timeout ?? 15 * 60_000,
  }
})

/** No publisher lets a list stand for longer: OFAC, the UK, the EU and OpenSanctions renew theirs every few days. */
function defaultIssueAge(format: ListFormatId): number | null {
  return renewed.includes(format) || format === 'bundled' ? 45 * 24 * hourMs : null
}

/** `lists`: nothing is loaded that is not named here. */
export const listsSchema = z
  .array(listSchema, 'a list of lists, or []')
  .superRefine(unique('id', (list) => list.id, 'an id that no other list has'))
  .default([])

/**
 * A list with a `url` that is fetched; or with a `file`: an absolute path, or the word `bundled`, and then so is
 * `format`; or with a `chain` that it is read from. `maxAgeMs` counts from the last successful check (of a file: from the last
 * change of its content; bundled: from the list's date of issue), `maxIssueAgeMs` from the date of issue; `null` = no limit.
 */
export type ListConfig = Readonly<z.output<typeof listSchema>>

/** A list that is a file or is fetched: it has versions, each read whole. */
export type PublishedListConfig = Exclude<ListConfig, { chain: string }>

/** The lists that are read from a chain. */
export function freezeListsOf(lists: readonly ListConfig[]): FreezeListConfig[] {
  return lists.filter((list) => 'chain' in list)
}

/** The lists that are files or fetched. */
export function publishedListsOf(lists: readonly ListConfig[]): PublishedListConfig[] {
  return lists.filter((list): list is PublishedListConfig => !('chain' in list))
}

/** A list that is fetched. */
export type UrlListConfig = Extract<ListConfig, { url: string }>

/** A list that is a file. */
export type FileListConfig = Extract<ListConfig, { file: string }>
