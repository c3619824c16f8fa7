import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { onTestFinished } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { runDaemon } from '../../src/daemon.ts'
import { createLog } from '../../src/diagnostics/log.ts'
import { importOwnFile } from '../../src/own/import-own.ts'
import { openTestLedger, placeLedger } from '../ledger/template.ts'
import { tempDir } from '../temp.ts'
import { single } from '../threads/single.ts'
import { type CliOptions, type CliResult, type RunningCli, runCli, runHere, startCli } from './cli.ts'
import { query } from './database.ts'
import { waitFor } from './wait-for.ts'

/** A folder as a user has it: a config, a database, and files. */
export interface Project {
  dir: string
  /** Path of the config. */
  config: string
  /** Path of the database. */
  database: string
  /** Writes another config. The log is silent where it does not say otherwise: stderr then has errors only. */
  configure(config: Readonly<Record<string, unknown>>): void
  /** Writes a file into the folder. @returns its path. */
  file(name: string, content: string | Uint8Array): string
  /** Runs a command with this config, in this process. */
  run(...args: readonly string[]): Promise<CliResult>
  /** The same with the real program, in a process and a folder of its own. */
  program(...args: readonly string[]): Promise<CliResult>
  /** What `own import` does, in this process. */
  own(file: string): Promise<unknown>
  /** What `run --once` does, in this process. @throws what stops it. */
  follow(): Promise<void>
  /** What `run` does, in this process, once its heartbeat shows that it runs. @returns stops it. */
  daemon(): Promise<() => Promise<void>>
  start(args: readonly string[], options?: CliOptions): RunningCli
  /** Rows of the database, as another program reads them. */
  query<Row = Record<string, unknown>>(sql: string, ...params: readonly unknown[]): Row[]
}

export function newProject(config: Readonly<Record<string, unknown>> = {}): Project {
  const dir = tempDir()
  const path = join(dir, 'chainscreen.yaml')
  const database = join(dir, 'chainscreen.db')
  const configure = (next: Readonly<Record<string, unknown>>) =>
    // JSON is YAML too.
    writeFileSync(path, JSON.stringify({ database, log: { level: 'silent' }, ...next }, null, 2))
  const withConfig = (args: readonly string[]) => [...args, '--config', path]
  configure(config)
  return {
    dir,
    config: path,
    database,
    configure,
    file(name, content) {
      const file = join(dir, name)
      writeFileSync(file, content)
      return file
    },
    run: (...args) => runHere(withConfig(args)),
    program: (...args) => runCli(withConfig(args), { cwd: tmpdir() }),
    own: async (file) => {
      const { chains } = loadConfig(path)
      const db = openTestLedger(database)
      try {
        return await importOwnFile(db, file, chains, { at: new Date().toISOString() })
      } finally {
        db.close()
      }
    },
    follow: async () => {
      const loaded = loadConfig(path)
      placeLedger(loaded.database)
      await runDaemon(single(loaded), {
        once: true,
        create: true,
        signal: new AbortController().signal,
        log: createLog('silent'),
      })
    },
    daemon: async () => {
      const loaded = loadConfig(path)
      const beat = `from meta where key = 'daemon_heartbeat'`
      // That of an earlier one is no sign.
      const db = openTestLedger(database)
      db.exec(`delete ${beat}`)
      db.close()
      const stop = new AbortController()
      const options = { once: false, signal: stop.signal, log: createLog('silent') }
      const ended = runDaemon(single(loaded), options)
      onTestFinished(() => stop.abort())
      await Promise.race([ended, waitFor('the daemon', () => query(database, `select 1 ${beat}`)[0])])
      return () => {
        stop.abort()
        return ended
      }
    },
    start: (args, options) => startCli(withConfig(args), { cwd: tmpdir(), ...options }),
    query: (sql, ...params) => query(database, sql, ...params),
  }
}

/** What filling a database left: the files by their path in the project. */
const fills = new Map<string, Map<string, Buffer>>()

/**
 * Fills a project's database: once in each worker, and then by copying what that left. It must not depend on the project's folder.
 *
 * @param what a name for it.
 */
export async function fillOnce(user: Project, what: string, fill: () => Promise<unknown>): Promise<void> {
  const archive = `${user.database}.snapshots`
  const made = fills.get(what)
  if (made === undefined) {
    await fill()
    const archived = existsSync(archive) ? readdirSync(archive).map((name) => join(archive, name)) : []
    const epoch = `${user.database}.epoch`
    const paths = [user.database, ...(existsSync(epoch) ? [epoch] : []), ...archived]
    fills.set(what, new Map(paths.map((path) => [relative(user.dir, path), readFileSync(path)])))
  } else {
    mkdirSync(archive, { recursive: true })
    for (const [path, content] of made) writeFileSync(join(user.dir, path), content)
  }
}

/** A project whose lists were loaded, once in each worker. Their files must not be a project's own. */
export async function loadedProject(config: Readonly<Record<string, unknown>>): Promise<Project> {
  const user = newProject({ lists: config.lists })
  await fillOnce(user, JSON.stringify(config.lists), () => user.follow())
  user.configure(config)
  return user
}
