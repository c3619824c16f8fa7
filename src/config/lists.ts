import { z } from 'zod'
import { formats } from '../lists/formats/index.ts'
import { freezeListKeys, tokenBlacklist } from '../lists/formats/token-blacklist.ts'
import type { ListFormat, ListOptions } from '../lists/types.ts'
import type { FreezeListConfig } from './freeze-list.ts'
import {
  durationMs,
  durationOf,
  group,
  id,
  oneOf,
  percentage,
  text,
  unique,
  urlWithLogin,
  wholeNumber,
} from './values.ts'

const urlExpected = 'an https:// or http:// URL'
const hostsExpected = 'a list of host names, such as [files.example.org]'

/** Where a list is fetched from. Kept as written, since it may hold a key: print it with `redactUrl` only. */
const listUrlSchema = urlWithLogin(/^https?:\/\//i, urlExpected).describe(
  'Where the list is fetched from. In place of file.',
)

/** Hosts as `URL.host` gives them: lower case, with a port where it is not the usual one. */
const redirectHostsSchema = z
  .array(
    z
      .string(hostsExpected)
      .refine((host) => URL.canParse(`https://${host}`), hostsExpected)
      .refine((host) => /^[a-z0-9.:[\]-]+$/.test(host), hostsExpected),
    hostsExpected,
  )
  .describe('Hosts that the url may redirect to, beside its own.')

/** The keys that say how a `url` is fetched. */
const urlKeys = ['every', 'redirectHosts', 'maxBytes', 'timeout'] as const

/** The formats this version reads; `bundled` is what `file: bundled` has. */
const choices = { ...formats, [tokenBlacklist.id]: tokenBlacklist }

type ListFormatId = keyof typeof choices

const formatIds = Object.keys(choices) as [ListFormatId, ...ListFormatId[]]

/** The word that stands for the addresses that ship with chainscreen, in place of a path. */
export const bundledFile = 'bundled'

/** The keys that only lists of one format have, with the format. */
const layoutKeys = new Map(
  Object.values<ListFormat>(formats).flatMap(({ id: format, layout }) =>
    Object.entries(layout?.keys ?? {}).map(([key, schema]) => [key, { format, schema }] as const),
  ),
)
/** Not typed here: {@link ListFormat.layout} knows them. */
const layoutShape: object = Object.fromEntries([...layoutKeys].map(([key, { schema }]) => [key, schema]))

const hourMs = 3_600_000
const formatExpected = formatIds.filter((format) => format !== 'bundled').join(', ')
const maxAgeExpected = 'a duration such as 72h'
const maxIssueAgeExpected = 'a duration such as 45d, or off'
const fileExpected = 'the path of the list file, or bundled'
const sourceExpected = 'either url (to be fetched) or file (the path of the list file, or bundled)'
const chainListExpected = 'the id of an evm chain: format token-blacklist is read from it'
const everyExpected = 'a duration from 1m to 30d'
const timeoutExpected = 'a duration from 1s to 1d'
const maxBytesExpected = 'a whole number of bytes'

/** Of the age that a format has by default: `72h; 24h for token-blacklist; none for tagpack, csv and bundled`. */
function defaultsOf(age: 'check' | 'issue', none: string): string {
  const byAge = new Map<string, string[]>()
  for (const { id: format, ages } of Object.values(choices))
    byAge.set(ages[age] ?? none, [...(byAge.get(ages[age] ?? none) ?? []), format])
  const [[usual] = ['']] = byAge
  const others = [...byAge].slice(1).map(([value, names]) => `${value} for ${names.join(', ')}`)
  return [usual, ...others.sort((a, b) => Number(a.startsWith(none)) - Number(b.startsWith(none)))].join('; ')
}

/** What may stand beside `file: bundled`: nothing, or what it is made from. */
const forBundled: readonly (ListFormatId | undefined)[] = [undefined, 'bundled', 'ofac-sdn-advanced']

const listSchema = group({
  id: id().describe('Name of the list in commands, tables and alerts.'),
  format: oneOf(formatIds, `${formatExpected} (none for \`file: bundled\`)`)
    .optional()
    .describe('What the file is. None for `file: bundled`.'),
  url: listUrlSchema.optional(),
  file: text(fileExpected)
    .refine((file) => !file.includes('://'), fileExpected)
    .optional()
    .describe('Path of the list file (.xml, .zip, .gz, .csv), or bundled.'),
  every: durationMs(everyExpected, 60_000, 30 * 24 * hourMs)
    .optional()
    .describe('How often the url is checked for a new version. Default: 1h.'),
  redirectHosts: redirectHostsSchema.optional(),
  maxBytes: wholeNumber(maxBytesExpected, 1)
    .optional()
    .describe('Largest download in bytes, as sent and decompressed. Default: 2 GiB.'),
  timeout: durationMs(timeoutExpected, 1_000, 24 * hourMs)
    .optional()
    .describe('How long one attempt to download may take. Default: 15m.'),
  maxAge: durationMs(maxAgeExpected, 1_000)
    .optional()
    .describe(
      `Without a successful check for longer (a file: without a change of its content), the list is unhealthy and \`screen\` answers unknown. Default: ${defaultsOf('check', 'none')}.`,
    ),
  maxIssueAge: z
    .union([z.literal('off'), durationMs(maxIssueAgeExpected, 1_000)], maxIssueAgeExpected)
    .optional()
    .describe(
      `Issued longer ago than this by the publisher's own date, the list is unhealthy; of a file and the bundled list \`screen\` answers unknown, of a url it warns. off where a list is old on purpose. Default: ${defaultsOf('issue', 'off')}.`,
    ),
  ...layoutShape,
  ...freezeListKeys,
  guard: group({
    maxRemoved: percentage('a percentage such as 5%')
      .default(0.05)
      .describe('A version that loses more than this share is held until approved. Default: 5%.'),
  }).default({ maxRemoved: 0.05 }),
}).transform((keys, context) => {
  const { maxAge, maxIssueAge, format, url, file, every, redirectHosts, maxBytes, timeout, ...rest } = keys
  const { chain, contracts, from, ...others } = rest
  const { options, ...list } = withOptions(others)
  const refuse = (key: string, message: string) => {
    context.addIssue({ code: 'custom', path: [key], message })
    return z.NEVER
  }
  if (format === 'token-blacklist') {
    if (chain === undefined) return refuse('chain', chainListExpected)
    const foreign =
      (['url', 'file', 'maxIssueAge', ...urlKeys] as const).find((key) => keys[key] !== undefined) ??
      Object.keys(options ?? {})[0]
    if (foreign !== undefined)
      return refuse(foreign, 'no such key: format token-blacklist is read from a chain')
    const read: FreezeListConfig = {
      ...{ id: list.id, format, maxAgeMs: maxAge ?? durationOf(tokenBlacklist.ages.check), chain },
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
  const other = Object.keys(options ?? {}).find((key) => layoutKeys.get(key)?.format !== kept)
  if (other !== undefined)
    return refuse(other, `no such key: it is for format ${layoutKeys.get(other)?.format}`)
  const { ages, dated } = choices[kept]
  if (!dated && typeof maxIssueAge === 'number') {
    return refuse('maxIssueAge', `off, or nothing: a ${kept} has no date of issue`)
  }
  const common = {
    ...list,
    format: kept,
    ...(options && { options }),
    maxAgeMs: maxAge ?? durationOf(ages.check),
    maxIssueAgeMs: maxIssueAge === 'off' ? null : (maxIssueAge ?? durationOf(ages.issue)),
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

/** The keys of a list's layout as one group. */
function withOptions<List extends object>(list: List): List & { options?: ListOptions } {
  const given = Object.entries(list).filter(([key, value]) => layoutKeys.has(key) && value !== undefined)
  const others = Object.entries(list).filter(([key]) => !layoutKeys.has(key))
  return {
    ...(Object.fromEntries(others) as List),
    ...(given.length > 0 && { options: Object.fromEntries(given) }),
  }
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
