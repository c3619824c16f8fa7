// Writes the dates of OFAC's addresses that ship with chainscreen: data/lists/ofac-history.csv.
//
//   npm run build && node scripts/make-ofac-history.mjs HISTORY_CSV
//
// HISTORY_CSV: asset,address,published_by,removed_by,party_uid,party_listed_on : by which dates each address was
// published and removed, from dated public copies of the list. The key of each address is worked out here, so that
// whoever reads the file compares keys and not spellings.
import { createReadStream, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseAddress } from '../dist/address/parse.js'
import { readCsv } from '../dist/lists/formats/read-csv.js'
import { historyColumns } from '../dist/lists/ofac-history.js'

const [historyFile] = process.argv.slice(2)
if (historyFile === undefined) {
  console.error('usage: node scripts/make-ofac-history.mjs HISTORY_CSV')
  process.exit(2)
}

const rows = []
let header
for await (const { fields } of readCsv(createReadStream(historyFile))) {
  if (header === undefined) {
    header = fields
    continue
  }
  const row = Object.fromEntries(header.map((column, index) => [column, fields[index] ?? '']))
  const parsed = parseAddress(row.address, { asset: row.asset })
  const restated = { ...row, key: parsed.ok ? parsed.key : '' }
  const line = historyColumns.map((column) => restated[column])
  if (line.some((field) => field === undefined || /[",\n]/.test(field)))
    throw new Error(`a field of this row can't be written without quotes: ${line.join(' | ')}`)
  rows.push(line.join(','))
}
const removed = rows.filter((row) => row.split(',')[historyColumns.indexOf('removed_by')] !== '').length
const unreadable = rows.filter((row) => row.split(',')[historyColumns.indexOf('key')] === '').length
const lines = [
  '# Dates of the digital currency addresses of the OFAC SDN list. Facts; see README.md beside this file.',
  `rows,${rows.length},removed,${removed}`,
  historyColumns.join(','),
  ...rows.sort(),
]
writeFileSync(
  fileURLToPath(new URL('../data/lists/ofac-history.csv', import.meta.url)),
  `${lines.join('\n')}\n`,
)
console.log(`data/lists/ofac-history.csv: ${rows.length} rows, ${removed} removed, ${unreadable} no address`)
