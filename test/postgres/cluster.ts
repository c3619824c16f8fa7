import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { onTestFinished } from 'vitest'

/** Where Debian and Ubuntu, and PostgreSQL's own packages, put the programs of a server. */
const bin = ['/usr/lib/postgresql', '/usr/pgsql', '/opt/homebrew/opt', '/usr/local/opt']
  .flatMap((root) => (existsSync(root) ? readdirSync(root).map((name) => join(root, name, 'bin')) : []))
  .filter((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
  .at(-1)

/** Root must not run a server: then it is this user's. */
const nobody = 65_534
const [uid, gid] =
  process.getuid?.() === 0 ? [nobody, nobody] : [process.getuid?.() ?? 0, process.getgid?.() ?? 0]

/** Whether a PostgreSQL server can be started here. Tests that need one are skipped, counted and named where it can't. */
export const hasPostgres = bin !== undefined

/** One for all workers of a test run. It ends with the run, however that ends. */
const folder = join(tmpdir(), `chainscreen-postgres-${process.ppid}`)
const placeFile = join(folder, 'place.json')

interface Place {
  port: number
  password: string
}

/** A database of its own for one test; it is dropped when the test ends. */
export interface TestDatabase {
  url: string
  port: number
  password: string
  query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>
}

export async function testDatabase(): Promise<TestDatabase> {
  const { port, password } = await runningCluster()
  const name = `t${randomBytes(6).toString('hex')}`
  const urlOf = (database: string) => `postgres://chainscreen:${password}@127.0.0.1:${port}/${database}`
  await asked(urlOf('postgres'), (client) => client.query(`create database ${name}`))
  const client = new pg.Client(urlOf(name))
  client.on('error', () => {})
  await client.connect()
  onTestFinished(async () => {
    await client.end()
    await asked(urlOf('postgres'), (admin) => admin.query(`drop database ${name} with (force)`))
  })
  return {
    ...{ url: urlOf(name), port, password },
    query: async (text, values = []) => (await client.query(text, values)).rows,
  }
}

async function asked(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

/** The one of this run: whoever comes first starts it. */
async function runningCluster(): Promise<Place> {
  if (isFirst()) await start()
  const deadline = Date.now() + 60_000
  while (!existsSync(placeFile)) {
    if (Date.now() > deadline) throw new Error('PostgreSQL did not start')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return JSON.parse(readFileSync(placeFile, 'utf8')) as Place
}

function isFirst(): boolean {
  try {
    mkdirSync(folder, { mode: 0o755 })
    return true
  } catch {
    return false
  }
}

async function start(): Promise<void> {
  if (bin === undefined) throw new Error('there is no PostgreSQL here')
  const place = { port: await freePort(), password: randomBytes(12).toString('hex') }
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, place.password)
  for (const path of [folder, passwordFile]) chownSync(path, uid, gid)
  const options = [
    '--auth=scram-sha-256',
    '--username=chainscreen',
    `--pwfile=${passwordFile}`,
    '--no-sync',
    '-E',
    'UTF8',
  ]
  try {
    execFileSync(join(bin, 'initdb'), ['-D', join(folder, 'data'), ...options], {
      ...{ cwd: folder, uid, gid, stdio: 'pipe', env: { LC_ALL: 'C' } },
    })
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
  const keeper = fileURLToPath(new URL('keep-cluster.mjs', import.meta.url))
  const words = [folder, bin, place.port, uid, gid, process.ppid].map(String)
  spawn(process.execPath, [keeper, ...words], { stdio: 'ignore', detached: true }).unref()
  await answering(`postgres://chainscreen:${place.password}@127.0.0.1:${place.port}/postgres`)
  writeFileSync(`${placeFile}.part`, JSON.stringify(place))
  renameSync(`${placeFile}.part`, placeFile)
}

async function answering(url: string): Promise<void> {
  const deadline = Date.now() + 60_000
  for (;;) {
    try {
      return await asked(url, (client) => client.query('select 1'))
    } catch (error) {
      if (Date.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || address === null) throw new Error('no free port')
  return address.port
}
