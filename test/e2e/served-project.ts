import { bearer } from '../server/fixtures.ts'
import type { RunningCli } from './cli.ts'
import { newProject, type Project } from './project.ts'
import { waitFor } from './wait-for.ts'

export const listed = `0x${'1'.repeat(40)}`
export const clear = `0x${'2'.repeat(40)}`

/** A project with a list that names `listed` and is loaded; `server` listens at any free port. */
export async function servedProject(config: Readonly<Record<string, unknown>> = {}): Promise<Project> {
  const user = newProject()
  const file = user.file('house.csv', `address,subject\n${listed},A party\n`)
  const lists = [{ id: 'house', format: 'csv', file }]
  user.configure({ lists, chains: [], server: { listen: '127.0.0.1:0' }, ...config, log: { level: 'info' } })
  await user.follow()
  return user
}

/** `chainscreen server`, or `run`, in a process of its own, once it listens. */
export async function startServing(user: Project, command = 'server'): Promise<RunningCli & { url: string }> {
  const running = user.start([command])
  let said = ''
  running.child.stderr?.on('data', (piece: Buffer) => {
    said += piece.toString()
  })
  const url = await waitFor('the server', () => {
    if (running.child.exitCode !== null) throw new Error(`it ended: ${said}`)
    return /metrics at (http:[^"]+)/.exec(said)?.[1]
  })
  return { ...running, url }
}

/** What `tokens add` prints. */
export async function addToken(user: Project, name: string, ...options: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await user.run('tokens', 'add', name, ...options)
  if (code !== 0) throw new Error(stderr)
  return stdout.trim()
}

/** Asks with a token. @returns status and JSON. */
export async function post(
  url: string,
  { token, body, headers = {} }: { token: string; body: unknown; headers?: Readonly<Record<string, string>> },
) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { ...bearer(token), 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  // biome-ignore lint/suspicious/noExplicitAny: whatever the route answers; each test says what it expects
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as any }
}
