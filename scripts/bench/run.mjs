// `npm run bench`: all benchmarks at a size that takes a few minutes in all.
//
//   npm run bench                                  all of them; the list import where OFAC_FILE names OFAC's file
//   npm run bench -- bitcoin --bitcoind PATH       one of them, with its own options

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** By name: the script, and its arguments when all are run. */
const benchmarks = {
  ofac: ['ofac-import.mjs'],
  bitcoin: ['bitcoin.mjs'],
  evm: ['evm.mjs'],
  'evm-proof': ['evm-proof.mjs'],
  rescreen: ['rescreen.mjs', '100000'],
  'list-change': ['list-change.mjs', '20000'],
  ledger: ['ledger.mjs', '100000'],
  own: ['own-import.mjs', '100000'],
  server: ['server.mjs', '500', '3', '500'],
}
const [name, ...options] = process.argv.slice(2)
if (name !== undefined && !Object.hasOwn(benchmarks, name)) {
  console.error(`usage: npm run bench [-- ${Object.keys(benchmarks).join(' | ')} [OPTIONS]]`)
  process.exit(2)
}
for (const [each, [script, ...quick]] of Object.entries(benchmarks)) {
  if (name !== undefined && name !== each) continue
  console.log(`\n== ${each}`)
  if (name === undefined && each === 'ofac' && process.env.OFAC_FILE === undefined) {
    console.log('left out: OFAC_FILE names no file')
    continue
  }
  const path = fileURLToPath(new URL(script, import.meta.url))
  const { status } = spawnSync(process.execPath, [path, ...(name === undefined ? quick : options)], {
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
}
