// Prints the one line that says how test runs ended, and names what was skipped.
// node scripts/count-tests.mjs REPORT… (vitest's JSON reports)
import { readFileSync } from 'node:fs'

const files = process.argv.slice(2).flatMap((path) => JSON.parse(readFileSync(path, 'utf8')).testResults)
const tests = files.flatMap(({ assertionResults }) => assertionResults)
const count = (wanted) => tests.filter(({ status }) => status === wanted).length
const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed')
for (const { fullName } of skipped) console.log(`skipped: ${fullName}`)
// A file that breaks before its tests begin is a failure too.
const broken = files.filter(
  ({ status, assertionResults }) =>
    status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
).length
const tail = skipped.length > 0 ? `, ${skipped.length} skipped` : ''
console.log(`${count('passed')} passed, ${count('failed') + broken} failed${tail}`)
