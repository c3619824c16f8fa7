// Runs tests and prints the processor time of each file, dearest first, its imports and the processes it starts included.
// node scripts/test-times.mjs [--long] [FILES…] (Linux also counts ended processes; run `npm run build` first)
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { startVitest } from 'vitest/node'

const long = process.argv.includes('--long')
const files = process.argv.slice(2).filter((argument) => argument !== '--long')
const folder = mkdtempSync(join(tmpdir(), 'chainscreen-times-'))
const rows = join(folder, 'rows')
process.env.CHAINSCREEN_TEST_TIMES = rows

const vitest = await startVitest('test', files, {
  config: long ? 'vitest.long.config.ts' : 'vitest.config.ts',
  run: true,
  watch: false,
  reporters: ['dot'],
  setupFiles: ['test/processor-time.ts'],
})
await vitest.close()

const seconds = (milliseconds) => (milliseconds / 1000).toFixed(2).padStart(8)
const times = readFileSync(rows, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))
  .map((row) => ({ ...row, all: row.own + row.children }))
  .sort((a, b) => b.all - a.all)
rmSync(folder, { recursive: true })

console.log('     all   itself  started  elapsed  seconds')
for (const { file, all, own, children, wall } of times)
  console.log(`${seconds(all)} ${seconds(own)} ${seconds(children)} ${seconds(wall)}  ${relative('.', file)}`)
const sum = times.reduce((total, { all }) => total + all, 0)
const { user, system } = process.cpuUsage()
console.log(`${seconds(sum)}  ${times.length} files`)
console.log(`${seconds((user + system) / 1000)}  vitest itself: it reads the modules for the workers`)
