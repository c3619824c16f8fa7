// Prints the one line that says how a test run ended, and names what was skipped.
import { readFileSync } from 'node:fs'

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const skipped = report.testResults.flatMap(({ assertionResults }) =>
  assertionResults.filter(({ status }) => status !== 'passed' && status !== 'failed'),
)
for (const { fullName } of skipped) console.log(`skipped: ${fullName}`)
// A file that breaks before its tests begin is a failure too.
const broken = report.testResults.filter(
  ({ status, assertionResults }) =>
    status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
).length
const tail = skipped.length > 0 ? `, ${skipped.length} skipped` : ''
console.log(`${report.numPassedTests} passed, ${report.numFailedTests + broken} failed${tail}`)
