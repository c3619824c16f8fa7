// Writes the two tables of formats into docs/lists.md. Run after a change of a format's `page`:
// npm run build && node scripts/make-list-tables.mjs
import { readFileSync, writeFileSync } from 'node:fs'
import { formatTables } from '../dist/lists/formats/index.js'

const page = new URL('../docs/lists.md', import.meta.url)
let text = readFileSync(page, 'utf8')
for (const table of Object.values(formatTables())) {
  const [head] = table.split('\n')
  const begin = text.indexOf(`${head}\n`)
  if (begin < 0) throw new Error(`docs/lists.md has no table with the head ${head}`)
  text = text.slice(0, begin) + table + text.slice(text.indexOf('\n\n', begin))
}
writeFileSync(page, text)
