import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { configSchema } from '../../src/config/schema.ts'
import { runDaemon } from '../../src/daemon.ts'
import { ChainscreenError } from '../../src/diagnostics/errors.ts'
import { errorData, errorOf } from '../../src/threads/messages.ts'
import { rememberingLog } from '../lists/remembering-log.ts'
import { tempDir } from '../temp.ts'

const address = (digit: string) => `0x${digit.repeat(40)}`

function houseList() {
  const folder = tempDir()
  const list = join(folder, 'house.csv')
  writeFileSync(list, `address,subject\n${address('1')},A party\n`)
  return { list, database: join(folder, 'daemon.db') }
}

/** A daemon without a chain, its thread, and what it says. */
function startDaemon(lists: object[], database: string, once = false) {
  const { log, lines } = rememberingLog()
  const stop = new AbortController()
  const config = configSchema.parse({ database, lists, chains: [] })
  const worker = new Promise<Worker>((resolve) => void process.once('worker', resolve))
  const end = runDaemon(config, { once, create: true, signal: stop.signal, log }).then(
    () => 'ended',
    (error: unknown) => error,
  )
  const says = (text: string) => expect.poll(() => lines.join('\n'), { timeout: 30_000 }).toContain(text)
  return { end, lines, stop, worker, says }
}

describe('the thread of the loader', () => {
  it('loads lists while the main thread of the daemon is blocked', async () => {
    const { list, database } = houseList()
    const child = fileURLToPath(new URL('blocked-main-child.mjs', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [child, database, list, address('2')])
    expect(stdout).toBe('loaded\nended\n')
  })

  it('says what it does in the log of the daemon, and ends with it', async () => {
    const { list, database } = houseList()
    const daemon = startDaemon([{ id: 'house', format: 'csv', file: list }], database)
    await daemon.says('lists are kept up to date')
    expect(daemon.lines).toContain('info list house is active')
    daemon.stop.abort()
    expect(await daemon.end).toBe('ended')
  })

  it('ends the daemon when it dies, with an error that says so', async () => {
    const { list, database } = houseList()
    const daemon = startDaemon([{ id: 'house', format: 'csv', file: list }], database)
    await daemon.says('lists are kept up to date')
    await (await daemon.worker).terminate()
    expect(await daemon.end).toMatchObject({
      code: 'thread-lost',
      message: expect.stringContaining('Start it again'),
    })
  })

  it('stops the start where a list can not be loaded, with the error of that list', async () => {
    const { list, database } = houseList()
    writeFileSync(list, 'address\nnone\n')
    const daemon = startDaemon([{ id: 'house', format: 'csv', file: list }], database, true)
    expect(await daemon.end).toMatchObject({
      code: 'bad-file',
      message: expect.stringContaining('house.csv'),
    })
  })
})

it('an error is the same on the other side of a thread', () => {
  const error = new ChainscreenError('list-refused', 'No.', { details: ['why'], retryAfterMs: 5 })
  expect(errorOf(structuredClone(errorData(error)))).toMatchObject({
    ...{ name: 'ChainscreenError', code: 'list-refused', message: 'No.', details: ['why'], retryAfterMs: 5 },
  })
  const fault = errorOf(structuredClone(errorData(new TypeError('a fault'))))
  expect(fault).not.toBeInstanceOf(ChainscreenError)
  expect(fault.message).toBe('a fault')
})
