import { expect } from 'vitest'
import type { CliResult } from '../e2e/cli.ts'
import { contentsOf } from '../e2e/database.ts'
import { fillOnce, newProject, type Project } from '../e2e/project.ts'

export interface Refusal {
  code: number
  /** The one sentence that a person reads first, whole. */
  says: RegExp | string
  /** Lines under it. */
  more?: readonly (RegExp | string)[]
}

/** What must hold of a command that was refused: the exit code, one sentence first on stderr, nothing on stdout. */
export function expectRefused(result: CliResult, { code, says, more = [] }: Refusal): void {
  const [first, ...rest] = result.stderr.trimEnd().split('\n')
  expect(first).toEqual(typeof says === 'string' ? says : expect.stringMatching(says))
  expect(rest).toEqual(more.map((line) => (typeof line === 'string' ? line : expect.stringMatching(line))))
  expect(result.stdout).toBe('')
  expect(result.code).toBe(code)
}

/**
 * Runs a command that must be refused, and leave every row of the database as it was; but for the names that the config gives, and the
 * event that a chain was halted.
 */
export async function refused(user: Project, args: readonly string[], refusal: Refusal): Promise<void> {
  const contents = () => {
    const { known_assets: _, outbox = [], ...rest } = contentsOf(user.database) ?? {}
    return { ...rest, outbox: outbox.filter((event) => !event.includes('["type","chain.halted"]')) }
  }
  const before = contents()
  expectRefused(await user.run(...args), refusal)
  expect(contents()).toEqual(before)
}

/** Listed by the house list of {@link busyUser}. */
export const houseListed = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'

/** A user whose database has a list in force and own addresses: something to spoil. */
export async function busyUser(config: Readonly<Record<string, unknown>> = {}): Promise<Project> {
  const user = newProject()
  const file = user.file('house.csv', `address,subject,listed_on\n${houseListed},House Rule,2024-01-01\n`)
  const lists = [{ id: 'house', format: 'csv', file }]
  const own = user.file('own.csv', `address,kind,reference\n0x${'1'.repeat(40)},deposit,1\n`)
  await fillOnce(user, 'busy', async () => {
    user.configure({ lists })
    await user.follow()
    await user.own(own)
  })
  user.configure({ lists, ...config })
  return user
}
