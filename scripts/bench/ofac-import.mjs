// How long OFAC's large file takes to import, beside a bare SAX parse of the same bytes, and how much memory.
//
//   npm run build && node scripts/bench/ofac-import.mjs SDN_ADVANCED.XML|.ZIP|.XML.GZ [ROUNDS]
//
// Every round starts each reader in a process of its own, in turn; the median of the rounds is printed.
// `bare`: decode and parse with saxes, no handlers. `events`: the same with handlers that do nothing.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { SaxesParser } from 'saxes'
import { ofacSdnAdvanced } from '../../dist/lists/formats/ofac-sdn-advanced.js'
import { openListFile } from '../../dist/lists/open-file.js'

const readers = {
  bare: (file) => sax(file, []),
  events: (file) => sax(file, ['opentag', 'closetag', 'text']),
  import: async (file) => ofacSdnAdvanced.parse(await openListFile(file)),
}

const [file, mode = '5'] = process.argv.slice(2)
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
  const median = (name, field) => found[name].map((each) => each[field]).sort((a, b) => a - b)[rounds >> 1]
  for (const name of Object.keys(readers)) {
    const ratio = (median(name, 'ms') / median('bare', 'ms')).toFixed(2)
    const peak = Math.max(...found[name].map(({ peakMb }) => peakMb))
    console.log(
      `${name.padEnd(7)} ${median(name, 'ms').toFixed(0).padStart(6)} ms  ${ratio} of bare  peak ${peak.toFixed(0)} MB`,
    )
  }
}
