import type { Readable } from 'node:stream'
import { ForbiddenContent, forbiddenColumn, forbiddenRule } from '../../../privacy/forbidden-columns.ts'
import { decodeUtf8 } from '../read-text.ts'
import { bad, type Column, type CsvOptions, columns } from './columns.ts'
import type { ListRow } from './read-rows.ts'

/** A JSON text is made values as a whole, at several times its size: what is longer is to be a csv. */
const maxChars = 32 * 1024 * 1024

/**
 * The items of a JSON file: an array of addresses, an array of objects whose members `columns` of the config names (or
 * that are called as the columns are), or one object that has a name, or an object with one, for each address.
 *
 * @param recognised called where there is nothing but addresses.
 */
export async function* readJsonItems(
  input: Readable,
  options: CsvOptions,
  recognised: () => void,
): AsyncGenerator<ListRow> {
  let text = ''
  for await (const piece of decodeUtf8(input)) {
    text += piece.text
    if (text.length > maxChars)
      throw bad('The file is a JSON text of more than 32 MB: write one address a line, or a csv.')
  }
  const items = itemsOf(parse(text), options)
  if (items.every((item) => typeof item === 'string')) recognised()
  for (const [index, item] of items.entries()) {
    const number = index + 1
    const wrong = typeof item === 'string' || isObject(item) ? null : 'it is neither an address nor an object'
    yield { where: `item ${number}`, number, cells: cellsOf(item, number, options), wrong }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's words repeat what stands there.
    throw bad('The file begins as JSON does and is none: it is cut short or damaged, get it again.')
  }
}

function itemsOf(value: unknown, { columns: mapping }: CsvOptions): unknown[] {
  if (Array.isArray(value)) return value
  if (!isObject(value))
    throw bad('The file is a JSON text that is no array and no object: expected addresses.')
  const names = Object.keys(value)
  if (names.length === 0) return []
  refuseForbidden(names, 1)
  const address = mapping?.address ?? 'address'
  const subject = mapping?.subject ?? 'subject'
  return Object.entries(value).map(([key, inside], index) => {
    if (isObject(inside)) {
      refuseForbidden(Object.keys(inside), index + 1)
      return {
        ...inside,
        [String(address)]: key,
        ...('name' in inside && mapping === undefined ? { subject: inside.name } : {}),
      }
    }
    return { [String(address)]: key, [String(subject)]: inside }
  })
}

function cellsOf(item: unknown, number: number, { columns: mapping }: CsvOptions): Record<Column, string> {
  const cells: Record<Column, string> = {
    ...{ address: '', subject: '', program: '', listed_on: '', removed_on: '', source: '' },
  }
  if (typeof item === 'string') return { ...cells, address: item }
  if (!isObject(item)) return cells
  const members = new Map(Object.entries(item).map(([name, value]) => [name.trim().toLowerCase(), value]))
  refuseForbidden([...members.keys()], number)
  for (const column of columns) {
    const name = mapping === undefined ? column : mapping[column]
    const value = name === undefined ? undefined : members.get(String(name).trim().toLowerCase())
    if (typeof value === 'string') cells[column] = value.trim()
  }
  return cells
}

function refuseForbidden(names: readonly string[], item: number): void {
  if (names.some(forbiddenColumn))
    throw new ForbiddenContent(
      `Item ${item} of the file has a member that must not be there: ${forbiddenRule}`,
    )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
