// How long OFAC's large file takes to import, beside a bare SAX parse of the same bytes, and how much memory.
//
//   npm run build && node scripts/bench/ofac-import.mjs SDN_ADVANCED.XML|.ZIP|.XML.GZ [ROUNDS]
//
// The file is not part of the project; it can also be named by OFAC_FILE.
//
// Every round starts each reader in a process of its own, in turn; the median of the rounds is printed.
// `bare`: decode and parse with saxes, no handlers. `events`: the same with handlers that do nothing. `parse`: the
// list's parser. `import`: all of `lists import` into a new database: the file archived, parsed, compared, activated.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SaxesParser } from 'saxes'
import { openLedger } from '../../dist/ledger/open.js'
import { ofacSdnAdvanced } from '../../dist/lists/formats/ofac-sdn-advanced.js'
import { importList } from '../../dist/lists/import-list.js'
import { openListFile } from '../../dist/lists/open-file.js'

const readers = {
  bare: (file) => sax(file, []),
  events: (file) => sax(file, ['opentag', 'closetag', 'text']),
  parse: async (file) => ofacSdnAdvanced.parse(await openListFile(file)),
  import: importIt,
}

const [file = process.env.OFAC_FILE, mode = '5'] = process.argv.slice(2)
if (file === undefined) {
  console.error('usage: node scripts/bench/ofac-import.mjs FILE [ROUNDS]')
  process.exit(2)
}
if (Object.hasOwn(readers, mode)) await once(readers[mode])
else compare(Number(mode))

async function sax(path, events) {
  const parser = new SaxesParser()
  for (const event of events) parser.on(event, () => {})
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for await (const chunk of await openListFile(path)) parser.write(decoder.decode(chunk, { stream: true }))
  parser.close()
}

async function importIt(path) {
  const folder = mkdtempSync(join(tmpdir(), 'chainscreen-bench-'))
  try {
    const db = openLedger(join(folder, 'import.db'))
    const source = { id: 'ofac', format: 'ofac-sdn-advanced', maxAgeSeconds: null, maxRemoved: 0.05 }
    const { state } = await importList(db, source, { path }, { approve: false, at: new Date().toISOString() })
    db.close()
    if (state !== 'activated') throw new Error(`the list was not activated, but ${state}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function once(read) {
  const start = performance.now()
  await read(file)
  const ms = performance.now() - start
  // On Linux the peak that a process reports includes its parent's at the fork; VmHWM is its own.
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : ''
  const peakKb = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? process.resourceUsage().maxRSS)
  console.log(JSON.stringify({ ms, peakMb: peakKb / 1024 }))
}

function compare(rounds) {
  const found = Object.fromEntries(Object.keys(readers).map((name) => [name, []]))
  for (let round = 0; round < rounds; round++)
    for (const name of Object.keys(readers)) {
      const output = execFileSync(process.execPath, [fileURLToPath(import.meta.url), file, name])
      found[name].push(JSON.parse(output.toString()))
    }
  const sorted = (values) => values.toSorted((a, b) => a - b)
  for (const name of Object.keys(readers)) {
    const ratios = sorted(found[name].map(({ ms }, i) => ms / found.bare[i].ms))
    const ms = sorted(found[name].map((each) => each.ms))[rounds >> 1].toFixed(0)
    const peak = Math.max(...found[name].map(({ peakMb }) => peakMb)).toFixed(0)
    const [low, middle, high] = [ratios[0], ratios[rounds >> 1], ratios.at(-1)].map((each) => each.toFixed(2))
    console.log(
      `${name.padEnd(7)} ${ms.padStart(6)} ms  ${middle} (${low}–${high}) of bare  peak ${peak.padStart(4)} MB`,
    )
  }
}
