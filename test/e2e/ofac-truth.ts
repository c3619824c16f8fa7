import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { openListFile } from '../../src/lists/open-file.ts'
import { sharedPath } from '../shared.ts'

export const file2024 = sharedPath('data/ofac/sdn_advanced_2024-05-29T1352.zip')
export const file2025 = sharedPath('data/ofac/sdn_advanced_2025-11-19T1644.zip')

/** The one "address" of both files that is none. */
export const noAddress = '5be5543ff73456ab9f2d207887e2af87322c651ea1a873c5b25b7ffae456c320'

function readFacts(name: string): Record<string, string>[] {
  return parse(readFileSync(sharedPath(`data/ofac/${name}`)), { columns: true })
}

/** Party and address of every row of the facts about the file of 2025-11-19. */
export function facts2025(): { address: string; party: string }[] {
  return readFacts('ofac_addresses_detail.csv').map((row) => ({
    address: row.address ?? '',
    party: row.party_fixed_ref ?? '',
  }))
}

/** Addresses that OFAC removed between two days, by the history of its daily copies. */
export function removedBetween(after: string, by: string): string[] {
  return readFacts('ofac_address_history.csv')
    .filter(({ removed_by: day = '' }) => day > after && day <= by)
    .map(({ address }) => address ?? '')
}

const featureEnd = '</Feature>'

/** The texts of all digital currency addresses of a file, found with nothing but regular expressions. */
export async function addressTexts(file: string): Promise<Set<string>> {
  const types = new Set<string>()
  const found = new Set<string>()
  for await (const text of piecesOf(file)) {
    for (const [, id = ''] of text.matchAll(/<FeatureType ID="(\d+)"[^>]*>Digital Currency Address/g))
      types.add(id)
    for (const [, type = '', inside = ''] of text.matchAll(
      /<Feature ID="\d+" FeatureTypeID="(\d+)">(.*?)<\/Feature>/gs,
    )) {
      if (!types.has(type)) continue
      for (const [, value = ''] of inside.matchAll(/<VersionDetail[^>]*>([^<]*)</g)) found.add(value.trim())
    }
  }
  return found
}

/** The file's text in large pieces, which part between features. */
async function* piecesOf(file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let pieces: string[] = []
  let size = 0
  for await (const chunk of (await openListFile(file)) as AsyncIterable<Buffer>) {
    pieces.push(decoder.decode(chunk, { stream: true }))
    size += chunk.length
    if (size < 8_000_000) continue
    const text = pieces.join('')
    const end = text.lastIndexOf(featureEnd) + featureEnd.length
    yield text.slice(0, end)
    pieces = [text.slice(end)]
    size = 0
  }
  yield pieces.join('')
}
