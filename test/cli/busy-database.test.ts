import { describe, expect, it, onTestFinished } from 'vitest'
import { openLedger } from '../../src/ledger/open.ts'
import { whileBusy } from '../../src/ledger/write-turns.ts'
import type { Project } from '../e2e/project.ts'
import { busyUser, houseListed } from './refusal.ts'

/** A user whose database another process writes to, and who waits for it only a moment. */
async function whileAnotherWrites(): Promise<{ user: Project; done: () => void }> {
  const user = await busyUser()
  // An own address that a list names: an alert to be resolved.
  await user.run('own', 'add', houseListed, '--listed')
  whileBusy.longestMs = 0
  onTestFinished(() => {
    whileBusy.longestMs = 30_000
  })
  const beside = openLedger(user.database)
  beside.exec('begin immediate')
  onTestFinished(() => void beside.close())
  return { user, done: () => beside.exec('rollback') }
}

const address = `0x${'7'.repeat(40)}`

describe('a database that another process writes to for longer than one waits', () => {
  it.each<[string, (user: Project) => string[]]>([
    ['own add', () => ['own', 'add', address]],
    [
      'own import',
      (user) => ['own', 'import', user.file('own.csv', `address,kind,reference\n${address},hot,1\n`)],
    ],
    ['own retire', () => ['own', 'retire', address]],
    [
      'lists import',
      (user) => ['lists', 'import', 'house', user.file('l.csv', `address\n${houseListed}\n${address}\n`)],
    ],
    ['lists update', () => ['lists', 'update']],
    ['alerts resolve', (user) => ['alerts', 'resolve', alertOf(user), '--as', 'released', '--actor', 'me']],
    ['rescreen', () => ['rescreen']],
    ['screen', () => ['screen', address]],
  ])('is told by %s in a sentence, with exit code 75, and the same works later', async (_, argsOf) => {
    const { user, done } = await whileAnotherWrites()
    const args = argsOf(user)
    expect(await user.run(...args)).toEqual({
      code: 75,
      stdout: '',
      stderr: `The database ${user.database} can't be used: another process has held the write lock for more than 0 seconds: try again.\n`,
    })
    done()
    if (args[1] !== 'retire') expect((await user.run(...args)).code).toBe(0)
  })
})

function alertOf(user: Project): string {
  const [alert] = user.query<{ id: string }>('select id from alerts limit 1')
  return alert?.id ?? ''
}
