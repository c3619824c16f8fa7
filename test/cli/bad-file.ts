import { createHash } from 'node:crypto'
import type { Project } from '../e2e/project.ts'
import { busyUser } from './refusal.ts'

/** A user with two lists, and a file for one of them. */
export async function userWith(
  name: string,
  content: string | Uint8Array,
): Promise<{ user: Project; file: string }> {
  const user = await busyUser()
  user.configure({
    lists: [
      { id: 'house', format: 'csv', file: `${user.dir}/house.csv` },
      { id: 'ofac', format: 'ofac-sdn-advanced', file: `${user.dir}/sdn.zip` },
    ],
  })
  return { user, file: user.file(name, content) }
}

export const address = (n: number) => `0x${createHash('sha1').update(String(n)).digest('hex')}`

/** 10,000 lines: a header, and addresses; the one in line 7 has a letter in the wrong case. */
export function longCsv(header: string, rest: string): string {
  const lines = Array.from({ length: 9_999 }, (_, index) => `${address(index)}${rest}`)
  lines[5] = `0x098B716B8Aaf21512996dC57EB0615e2383E2F96${rest}`
  return [header, ...lines, ''].join('\n')
}

/** What is said to a file that has a column it must not have. */
export const rule =
  'chainscreen screens listed addresses and never acts on nationality, citizenship, residence, birth or documents, so it does not read a file that holds them; take the column out.'
