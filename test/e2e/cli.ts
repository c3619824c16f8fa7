import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { fileURLToPath } from 'node:url'
import { onTestFinished, vi } from 'vitest'
import { runCli as runCommandLine } from '../../src/cli/run-cli.ts'

/** What `npm run build` made of the sources; `npm test` runs it first. */
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

export interface CliResult {
  code: number | null
  stdout: string
  stderr: string
}

export interface CliOptions {
  cwd?: string
  env?: Readonly<Record<string, string>>
  /** What stands on stdin. */
  stdin?: string
  /** User and group to run as; needs root. */
  uid?: number
  gid?: number
}

export interface RunningCli {
  readonly child: ChildProcess
  readonly pid: number
  /** Resolves when the process has ended. */
  readonly done: Promise<CliResult>
}

/** Starts the real program in a process of its own, which ends with the test at the latest. */
export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  const { env, stdin, ...place } = options
  const child = spawn(process.execPath, [main, ...args], {
    ...place,
    env: { ...process.env, ...env },
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  child.stdin?.end(stdin)
  const collect = (stream: NodeJS.ReadableStream | null) => {
    const pieces: Buffer[] = []
    stream?.on('data', (piece: Buffer) => pieces.push(piece))
    return () => Buffer.concat(pieces).toString()
  }
  const stdout = collect(child.stdout)
  const stderr = collect(child.stderr)
  const done = once(child, 'close').then(([code]) => ({
    code: typeof code === 'number' ? code : null,
    stdout: stdout(),
    stderr: stderr(),
  }))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await done
  })
  return { child, pid: child.pid ?? 0, done }
}

/**
 * Runs a command line in this process, log included: the same but for the start of a process, which costs most of a short
 * command's time. Not for what has to be stopped by a signal.
 */
export async function runHere(args: readonly string[]): Promise<CliResult> {
  const said = { stdout: '', stderr: '' }
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      said[stream] += text
      return true
    }),
  )
  // The log writes to its file descriptor.
  const writeSync = fs.writeSync.bind(fs) as (fd: number, ...rest: unknown[]) => number
  const log = vi.spyOn(fs, 'writeSync').mockImplementation((fd: number, ...rest: unknown[]) => {
    if (fd !== 2) return writeSync(fd, ...rest)
    said.stderr += String(rest[0])
    return Buffer.byteLength(String(rest[0]))
  })
  try {
    return { code: await runCommandLine(args), ...said }
  } finally {
    for (const spy of [...spies, log]) spy.mockRestore()
  }
}

/** Runs the real program to its end. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).done
}
