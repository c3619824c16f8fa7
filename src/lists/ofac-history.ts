import { readFileSync } from 'node:fs'
import type { Key } from '../address/key.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import type { AddressHistory } from '../ledger/lists/list-history.ts'
import { formatOf } from './formats/index.ts'

/** The columns of `data/lists/ofac-history.csv`: see the README beside it. */
export const historyColumns = [
  'asset',
  'address',
  'key',
  'published_by',
  'removed_by',
  'party_uid',
  'party_listed_on',
] as const

const file = new URL('../../data/lists/ofac-history.csv', import.meta.url)

let loaded: readonly AddressHistory[] | undefined

/**
 * By which dates addresses of a list were published and removed, as far as it is known beside the list itself. Known
 * of OFAC's SDN list; of any other, nothing. One for each key, in the order of the keys.
 *
 * @param format of the list, as the config names it. @param counts of the version: OFAC's consolidated file, of the same
 * format, has no entry of the SDN list. `SDN.XML` does not say which list it is.
 */
export function historyOf(
  format: string,
  { sdnEntries }: Readonly<Record<string, number>> = {},
): readonly AddressHistory[] {
  if (formatOf(format).history !== 'ofac' || sdnEntries === 0) return []
  loaded ??= readHistory(readFileSync(file, 'utf8'))
  return loaded
}

/** @throws ChainscreenError `bad-file` when the file is not as it was shipped. */
export function readHistory(text: string): AddressHistory[] {
  const [first = '', header = '', ...lines] = text
    .split('\n')
    .filter((line) => line !== '' && line[0] !== '#')
  const [, count] = /^rows,(\d+),removed,\d+$/.exec(first) ?? []
  if (Number(count) !== lines.length || header !== historyColumns.join()) {
    throw new ChainscreenError(
      'bad-file',
      `The OFAC history that ships with chainscreen is not as it was shipped: it announces ${count ?? 'no'} rows, and ${lines.length} follow; install chainscreen again.`,
    )
  }
  const byKey = new Map<Key, AddressHistory>()
  for (const line of lines) {
    const row = readRow(line)
    // A misspelt address that stood on the list for a while is no key that could match.
    if (row === null) continue
    const known = byKey.get(row.key)
    byKey.set(row.key, known === undefined ? row : merge(known, row))
  }
  return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
}

function readRow(line: string): AddressHistory | null {
  const [asset = '', address = '', key = '', publishedBy = '', removedBy = '', , listedOn = ''] =
    line.split(',')
  if (key === '' || publishedBy === '') return null
  return {
    key: key as Key,
    address,
    assets: [asset],
    listedOn: listedOn || null,
    publishedBy,
    removedBy: removedBy || null,
  }
}

/** One key under several labels: published with the first of them, removed with the last. */
function merge(a: AddressHistory, b: AddressHistory): AddressHistory {
  const removals = [a.removedBy, b.removedBy].filter((date) => date !== null).sort()
  return {
    ...(a.publishedBy <= b.publishedBy ? a : b),
    assets: [...new Set([...a.assets, ...b.assets])].sort(),
    removedBy: removals.length === 2 ? (removals[1] ?? null) : null,
  }
}
