// `npm run bench`: all benchmarks, one table at the end.
//
//   npm run bench                                  all of them, at a size that takes some minutes; OFAC's file where OFAC_FILE names it
//   npm run bench -- --bitcoind PATH               Bitcoin from a Bitcoin Core too
//   npm run bench -- --json FILE                   keeps what was measured
//   npm run bench -- --check FILE                  fails where a ratio fell by more than a quarter; FILE: of an earlier --json
//   npm run bench -- bitcoin --touched 400         one of them, with its own options

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fallen, printTable, readResults } from './results.mjs'

/** How much less than the baseline's a ratio may be, as a part of it: two runs on a quiet machine differ by a tenth. */
const tolerance = 0.25

/** By name: the script, and the arguments of each of its runs. A run is all of one, so that what is compared is measured in turn. */
const benchmarks = {
  ofac: ['ofac-import.mjs', []],
  bitcoin: [
    'bitcoin.mjs',
    ['--touched', '10', '--verify', 'off'],
    ['--touched', '10', '--verify', 'strict'],
    ['--touched', '400', '--verify', 'strict'],
    ['--touched', '10', '--verify', 'strict', '--own', '1000000', '--rounds', '3'],
  ],
  evm: [
    'evm.mjs',
    ['--touched', '5', '--verify', 'off'],
    ['--touched', '45', '--verify', 'off'],
    ['--touched', '45', '--verify', 'strict', '--traces'],
  ],
  'evm-proof': ['evm-proof.mjs', []],
  rescreen: ['rescreen.mjs', ['100000']],
  'list-change': ['list-change.mjs', ['20000']],
  ledger: ['ledger.mjs', ['300000']],
  own: ['own-import.mjs', ['100000']],
  server: ['server.mjs', ['500', '3', '500']],
  'server-load': ['server-load.mjs', []],
}

const [first, ...rest] = process.argv.slice(2)
if (first !== undefined && !first.startsWith('--')) runOne(first, rest)
else runAll(optionsOf(process.argv.slice(2)))

function runOne(name, options) {
  if (!Object.hasOwn(benchmarks, name)) usage()
  const { status } = runScript(benchmarks[name][0], options)
  process.exit(status ?? 1)
}

function runAll({ bitcoind, json, check }) {
  const folder = mkdtempSync(join(tmpdir(), 'chainscreen-bench-'))
  const path = join(folder, 'results.jsonl')
  try {
    for (const [name, [script, ...runs]] of Object.entries(benchmarks)) {
      console.log(`\n== ${name}`)
      if (name === 'ofac' && process.env.OFAC_FILE === undefined) {
        console.log('left out: OFAC_FILE names no file')
        continue
      }
      for (const args of runs) {
        const more = name === 'bitcoin' && bitcoind !== undefined ? ['--bitcoind', bitcoind] : []
        const { status } = runScript(script, [...args, ...more], path)
        if (status !== 0) process.exit(status ?? 1)
      }
    }
    const rows = readResults(path)
    console.log(`\nLoad of the machine at the end: ${loadavg()[0].toFixed(1)}\n`)
    printTable(rows)
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(rows, null, 1)}\n`)
    if (check !== undefined) checkAgainst(check, rows)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function checkAgainst(path, rows) {
  const baseline = readResults(path)
  const worse = fallen(rows, baseline, tolerance)
  for (const sentence of worse) console.error(`slower: ${sentence}`)
  console.log(
    `${baseline.filter(({ what }) => what === 'ratio').length - worse.length} ratios stand, ${worse.length} fell`,
  )
  if (worse.length > 0) process.exitCode = 1
}

function runScript(script, args, results) {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const env = results === undefined ? process.env : { ...process.env, BENCH_RESULTS: results }
  return spawnSync(process.execPath, [path, ...args], { stdio: 'inherit', env })
}

function optionsOf(args) {
  const options = {}
  for (let i = 0; i < args.length; i++) {
    const name = args[i].slice(2)
    const value = args[i + 1]?.startsWith('--') === false ? args[++i] : undefined
    if (['bitcoind', 'json', 'check'].includes(name) && value !== undefined) options[name] = value
    else usage()
  }
  if (options.check !== undefined && !existsSync(options.check)) {
    console.error(`${options.check} is not there: --check names what an earlier run kept with --json`)
    process.exit(2)
  }
  return options
}

function usage() {
  console.error(
    `usage: npm run bench [-- --bitcoind PATH] [--json FILE] [--check FILE]\n       npm run bench -- ${Object.keys(benchmarks).join(' | ')} [OPTIONS]`,
  )
  process.exit(2)
}
