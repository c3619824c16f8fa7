import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect as connectTcp, createServer } from 'node:net'
import { join } from 'node:path'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { type ConnectionOptions, connect } from '@nats-io/transport-node'
import { onTestFinished } from 'vitest'
import type { Envelope } from '../../src/events/shapes.ts'
import { tempDir } from '../temp.ts'

/** Where Debian and Ubuntu put the server, and where others do. */
const program = [
  '/usr/sbin',
  '/usr/bin',
  '/usr/local/bin',
  '/opt/homebrew/bin',
  ...(process.env.PATH ?? '').split(':'),
]
  .map((folder) => join(folder, 'nats-server'))
  .find((path) => existsSync(path))

/** Whether a NATS server can be started here. Tests that need one are skipped, counted and named where it can't. */
export const hasNats = program !== undefined

/** A server of its own for one test, with JetStream, on loopback. It ends when the test ends. */
export interface TestNats {
  url: string
  port: number
  start(): Promise<void>
  /** At once, as a crash does: what was acknowledged stays. */
  stop(): Promise<void>
}

/** @param settings of its config file: https://docs.nats.io/running-a-nats-service/configuration. */
export async function testNats(settings = ''): Promise<TestNats> {
  if (program === undefined) throw new Error('there is no nats-server here')
  const dir = tempDir()
  const port = await freePort()
  const file = join(dir, 'nats.conf')
  writeFileSync(file, `listen: "127.0.0.1:${port}"\njetstream { store_dir: "${dir}" }\n${settings}\n`)
  let running: ChildProcess | undefined
  const stop = async () => {
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return
    const ended = once(running, 'exit')
    running.kill('SIGKILL')
    await ended
  }
  const start = async () => {
    running = spawn(program, ['-c', file], { stdio: 'ignore' })
    await listening(port)
  }
  onTestFinished(stop)
  await start()
  return { url: `nats://127.0.0.1:${port}`, port, start, stop }
}

/** A message of a stream. */
export interface Stored {
  subject: string
  /** `Nats-Msg-Id`. */
  id: string
  event: Envelope
}

/** All that a stream has, in its order. */
export async function storedIn(
  url: string,
  stream: string,
  options: ConnectionOptions = {},
): Promise<Stored[]> {
  const connection = await connect({ servers: url, ...options })
  try {
    const { state } = await (await jetstreamManager(connection)).streams.info(stream)
    if (state.messages === 0) return []
    const consumer = await jetstream(connection).consumers.get(stream)
    const stored: Stored[] = []
    for await (const message of await consumer.consume()) {
      const { subject, headers } = message
      stored.push({ subject, id: headers?.get('Nats-Msg-Id') ?? '', event: message.json<Envelope>() })
      if (stored.length === state.messages) break
    }
    return stored
  } finally {
    await connection.close()
  }
}

async function listening(port: number): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!(await accepts(port))) {
    if (Date.now() > deadline) throw new Error('nats-server did not start')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Whether something says the first line of the protocol there: `INFO {…}`. */
function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTcp(port, '127.0.0.1')
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('data', () => end(true))
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
