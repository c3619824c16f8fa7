import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Project } from '../e2e/project.ts'
import { addToken, clear, listed, post, servedProject, startServing } from '../e2e/served-project.ts'

/** What a client asked for: whoever hears no answer asks again with the same key. */
interface Asked {
  route: string
  key: string
  body: unknown
}

/**
 * Kills a server while clients screen and decide, so often. Whatever was answered is stored; and what was not answered has its first
 * answer, and is done once, when it is asked for again.
 */
export async function killWhileServing(times: number, random: () => number): Promise<void> {
  const user = await servedProject()
  const token = await addToken(user, 'ann-1', '--scopes', 'screen,decide', '--person', 'ann')
  let running = await startServing(user)
  const ask = ({ route, key, body }: Asked) =>
    post(`${running.url}${route}`, { token, body, headers: { 'idempotency-key': key } })
  const first = { subjects: [{ address: listed, reference: 'first' }] }
  const { body: opened } = await ask({ route: '/v1/screenings', key: 'first', body: first })
  let [answered, cut] = [0, 0]
  for (let time = 0; time < times; time++) {
    const { heard, unheard } = await askUntilKilled(
      ask,
      `t${time}`,
      opened.results[0].alerts[0],
      async () => {
        await setTimeout(20 + random() * 300)
        running.child.kill('SIGKILL')
        await running.done
      },
    )
    answered += heard.length
    cut += unheard.length
    const before = timesStored(user)
    expect(heard.filter(({ key }) => before(key) !== 1)).toEqual([])
    running = await startServing(user)
    for (const asked of unheard) {
      const { status, headers } = await ask(asked)
      expect(status).toBe(200)
      // What was committed and not answered is not done again.
      expect(headers.get('idempotent-replayed')).toBe(before(asked.key) === 1 ? 'true' : null)
    }
    const after = timesStored(user)
    expect([...heard, ...unheard].filter(({ key }) => after(key) !== 1)).toEqual([])
  }
  running.child.kill('SIGTERM')
  expect((await running.done).code).toBe(0)
  // Or nothing was tried.
  expect(answered).toBeGreaterThan(times)
  expect(cut).toBeGreaterThan(times)
}

/** How often each key is stored: as the reference of a screening, or the note of a decision. */
function timesStored(user: Project): (key: string) => number {
  const rows = user.query<{ key: string; times: number }>(
    `select key, count(*) as times from (
       select reference as key from screenings union all select note from alert_events where kind = 'acknowledged'
     ) group by key`,
  )
  const times = new Map(rows.map((row) => [row.key, row.times]))
  return (key) => times.get(key) ?? 0
}

/** Eight clients ask one thing after the other, until there is no server. */
async function askUntilKilled(
  ask: (asked: Asked) => Promise<{ status: number }>,
  name: string,
  alert: string,
  kill: () => Promise<void>,
): Promise<{ heard: Asked[]; unheard: Asked[] }> {
  const [heard, unheard]: [Asked[], Asked[]] = [[], []]
  const client = async (number: number) => {
    for (let count = 0; unheard.length === 0 || count === 0; count++) {
      const key = `${name}-${number}-${count}`
      const asked =
        number % 2 === 0
          ? { route: '/v1/screenings', key, body: { subjects: [{ address: clear, reference: key }] } }
          : { route: '/v1/decisions', key, body: { ids: [alert], decision: 'acknowledged', note: key } }
      const answer = await ask(asked).catch(() => null)
      if (answer === null) return void unheard.push(asked)
      expect(answer.status).toBe(200)
      heard.push(asked)
    }
  }
  await Promise.all([...Array.from({ length: 8 }, (_, number) => client(number)), kill()])
  return { heard, unheard }
}
