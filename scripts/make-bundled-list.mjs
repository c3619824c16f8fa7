// Writes the list that ships with chainscreen: data/lists/ofac-<date of issue>.csv and its README.
//
//   npm run build && node scripts/make-bundled-list.mjs ADVANCED_XML_OR_ZIP HISTORY_CSV
//
// HISTORY_CSV: asset,address,published_by,… : the date by which each address was published, from dated public copies
// of the list. The two inputs must agree on which addresses are in force, or nothing is written.
import { createHash } from 'node:crypto'
import { createReadStream, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bundledColumns } from '../dist/lists/formats/bundled.js'
import { ofacSdnAdvanced } from '../dist/lists/formats/ofac-sdn-advanced.js'
import { readCsv } from '../dist/lists/formats/read-csv.js'
import { openListFile } from '../dist/lists/open-file.js'

const [listFile, historyFile] = process.argv.slice(2)
if (historyFile === undefined) {
  console.error('usage: node scripts/make-bundled-list.mjs ADVANCED_XML_OR_ZIP HISTORY_CSV')
  process.exit(2)
}

const hash = createHash('sha256')
for await (const chunk of await openListFile(listFile)) hash.update(chunk)
const sha256 = hash.digest('hex')

const list = await ofacSdnAdvanced.parse(await openListFile(listFile))
const published = await readPublished(historyFile)
const rows = new Map()
for (const item of [...list.addresses, ...(await unparsedRows())]) {
  const { asset, address, subjectIds, subject, programs, listedOn } = item
  const publishedBy = published.get(`${asset} ${address}`)
  if (publishedBy === undefined) throw new Error(`${asset} ${address} is in the list and not in the history`)
  const row = [asset, address, subjectIds[0], subject, programs.join('|'), listedOn, publishedBy]
  rows.set(row.slice(0, 3).join(' '), row.map(quoted).join(','))
}
const pairs = new Set([...rows.keys()].map((key) => key.split(' ').slice(0, 2).join(' ')))
if (pairs.size !== published.size)
  throw new Error(
    `the list has ${pairs.size} pairs of asset and address in force, the history ${published.size}`,
  )

const name = `ofac-${list.issuedOn}.csv`
const lines = [
  '# Digital currency addresses of the OFAC SDN list. Facts; see README.md beside this file.',
  `# Source: SDN_ADVANCED.XML issued ${list.issuedOn}, SHA-256 ${sha256}`,
  `issued_on,${list.issuedOn},rows,${rows.size}`,
  bundledColumns.join(','),
  ...[...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row),
]
writeFileSync(fileURLToPath(new URL(`../data/lists/${name}`, import.meta.url)), `${lines.join('\n')}\n`)
console.log(`data/lists/${name}: ${rows.size} rows, ${pairs.size} pairs`)
console.log(`issued ${list.issuedOn}, SHA-256 ${sha256}`, list.counts)

/** `asset address` → the date by which it was published, for what was not removed by the list's date of issue. */
async function readPublished(file) {
  const published = new Map()
  let header
  for await (const { fields } of readCsv(createReadStream(file))) {
    if (header === undefined) {
      header = fields
      continue
    }
    const row = Object.fromEntries(header.map((column, index) => [column, fields[index]]))
    if (row.removed_by === '') published.set(`${row.asset} ${row.address}`, row.published_by)
  }
  return published
}

/** What is no address is kept as a row too: whoever loads the list sees it as unparsed. Its party has other rows. */
async function unparsedRows() {
  return list.unparsed.map(({ raw, asset, where }) => {
    const party = /of party (\d+)$/.exec(where)?.[1]
    const sibling = list.addresses.find(({ subjectIds }) => subjectIds.includes(party))
    if (sibling === undefined) throw new Error(`${raw}: nothing else is known of party ${party}`)
    return { ...sibling, asset, address: raw }
  })
}

function quoted(field) {
  return /[",\n#]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}
