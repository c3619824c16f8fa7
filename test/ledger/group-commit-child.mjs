// Answers many requests at once, in a process that is killed: `node group-commit-child.mjs DATABASE ALERT COUNT WHEN`. It writes a
// line for each answer, when the answer would leave. It kills itself (SIGKILL) right after so many answers (WHEN `answered`), or in the
// midst of the commit that follows (`writing`).
import { writeSync } from 'node:fs'
import { createGroupCommit } from '../../dist/ledger/group-commit.js'
import { openLedger } from '../../dist/ledger/open.js'
import { decide } from '../../dist/operations/decide.js'
import { screen } from '../../dist/operations/screen.js'

const [path, alert, count, when] = process.argv.slice(2)
const db = openLedger(path)
const at = '2026-01-01T00:00:00.000Z'
const terms = { asset: null, chain: null, lists: null }
const group = createGroupCommit(db, { budgetMs: 5 })
let answers = 0

/** One client, which asks again as soon as it is answered. */
async function client(name) {
  for (let number = 0; ; number++) {
    const reference = `${name}-${number}`
    const act = { actor: name, note: reference, at }
    const decides = number % 4 === 3
    await group.write(() => {
      const done = decides
        ? decide(db, { ids: [alert], decision: 'acknowledged' }, act)
        : screen(db, [{ address: `0x${'1'.repeat(40)}`, reference }], terms, { ...act, via: 'api' })
      // Written, and not committed yet.
      if (when === 'writing' && answers >= Number(count)) process.kill(process.pid, 'SIGKILL')
      return done
    })
    answers++
    writeSync(1, `${decides ? 'decision' : 'screening'} ${reference}\n`)
    if (when === 'answered' && answers >= Number(count)) process.kill(process.pid, 'SIGKILL')
  }
}

await Promise.all(Array.from({ length: 20 }, (_, index) => client(`client${index}`)))
