import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tempDir } from '../temp.ts'
import { type CliOptions, type CliResult, type RunningCli, runCli, startCli } from './cli.ts'
import { query } from './database.ts'

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
  /** Runs a command with this config. */
  run(...args: readonly string[]): Promise<CliResult>
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
    run: (...args) => runCli(withConfig(args), { cwd: dir }),
    start: (args, options) => startCli(withConfig(args), { cwd: dir, ...options }),
    query: (sql, ...params) => query(database, sql, ...params),
  }
}
