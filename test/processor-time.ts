import { appendFileSync, readFileSync } from 'node:fs'
import { afterAll, expect } from 'vitest'

/**
 * A vitest set-up file, for `scripts/test-times.mjs`: notes what each test file costs, its imports included, as one line of
 * JSON in the file that CHAINSCREEN_TEST_TIMES names.
 */
const before = cost()
const began = Date.now()

afterAll(() => {
  const after = cost()
  const row = {
    file: expect.getState().testPath,
    own: after.own - before.own,
    children: after.children - before.children,
    wall: Date.now() - began,
  }
  appendFileSync(process.env.CHAINSCREEN_TEST_TIMES ?? '', `${JSON.stringify(row)}\n`)
})

/** Milliseconds of processor time: of this worker with its threads, and of the processes it started that have ended. */
function cost() {
  const { user, system } = process.cpuUsage()
  return { own: (user + system) / 1000, children: ofEnded() }
}

/** Linux counts them, in hundredths of a second. */
function ofEnded(): number {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return (Number(fields[13]) + Number(fields[14])) * 10
  } catch {
    return 0
  }
}
