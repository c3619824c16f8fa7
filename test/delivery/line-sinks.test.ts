import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createJsonlSink } from '../../src/delivery/line-sinks.ts'
import type { Envelope } from '../../src/events/shapes.ts'
import { at } from '../ledger/fixtures.ts'
import { tempDir } from '../temp.ts'

const event = (sequence: number): Envelope => ({
  ...{ id: `e${sequence}`, type: 'list.stale', timestamp: at, sequence, epoch: 'e', data: {} },
})
const signal = new AbortController().signal

function logFile() {
  const file = join(tempDir(), 'events.jsonl')
  const sink = createJsonlSink({ file })
  onTestFinished(() => sink.close())
  const write = (...sequences: number[]) => sink.deliver(sequences.map(event), signal)
  return { file, sink, write }
}

/** The disk fails at the next so many writes, each of which it takes a part of. */
async function failingDisk(code: 'ENOSPC' | 'EIO', times: number, bytes: number): Promise<void> {
  const handle = await open(join(tempDir(), 'any'), 'w')
  const spy = vi.spyOn(Object.getPrototypeOf(handle) as FileHandle, 'appendFile')
  await handle.close()
  onTestFinished(() => spy.mockRestore())
  for (let time = 0; time < times; time++)
    spy.mockImplementationOnce(async function (this: FileHandle, data) {
      await this.write(String(data).slice(0, bytes))
      throw Object.assign(new Error(`${code}: write`), { code })
    })
}

/** The events whose lines are whole, and how many lines are not. */
function wholeLines(file: string): { whole: number[]; torn: number } {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  const whole = lines.flatMap((line) => {
    try {
      return [(JSON.parse(line) as Envelope).sequence]
    } catch {
      return []
    }
  })
  return { whole, torn: lines.length - whole.length }
}

const openFiles = () => readdirSync('/proc/self/fd').length

const read = (file: string) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as Envelope).sequence)

describe('a file of events', () => {
  it('has a line for each event, and is for its user alone', async () => {
    const { file, write } = logFile()
    expect(await write(1, 2)).toEqual([{ kind: 'sent' }, { kind: 'sent' }])
    await write(3)
    expect(read(file)).toEqual([1, 2, 3])
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it.each(['moved', 'deleted', 'emptied'])('is opened again where it was %s', async (how) => {
    const { file, write } = logFile()
    await write(1)
    if (how === 'moved') renameSync(file, `${file}.1`)
    else if (how === 'deleted') rmSync(file)
    else writeFileSync(file, '')
    await write(2)
    expect(read(file)).toEqual([2])
    if (how === 'moved') expect(read(`${file}.1`)).toEqual([1])
  })

  it('is opened again on SIGHUP, and the process lives on', async () => {
    const { write, file } = logFile()
    await write(1)
    process.emit('SIGHUP')
    await write(2)
    expect(read(file)).toEqual([1, 2])
  })

  it('ends a line that a crash cut off, so that the next one stands alone', async () => {
    const { file, write } = logFile()
    writeFileSync(file, '{"id":"e1","ty')
    await write(2)
    expect(readFileSync(file, 'utf8').split('\n')[1]).toContain('"e2"')
  })

  it.each(['ENOSPC', 'EIO'] as const)('has a whole line of each event that a %s cut off', async (code) => {
    const { file, write } = logFile()
    await write(1)
    await failingDisk(code, 1, 20)
    const later = { kind: 'later', why: expect.stringContaining(code) }
    expect(await write(2, 3)).toMatchObject([later, later])
    expect(await write(2, 3)).toEqual([{ kind: 'sent' }, { kind: 'sent' }])
    expect(await write(4)).toEqual([{ kind: 'sent' }])
    expect(wholeLines(file)).toEqual({ whole: [1, 2, 3, 4], torn: 1 })
  })

  it('is closed where the disk has no room even for the end of a line', async () => {
    const { file, write } = logFile()
    await write(1)
    await failingDisk('ENOSPC', 40, 0)
    writeFileSync(file, '{"id":', { flag: 'a' })
    const before = openFiles()
    for (let time = 0; time < 40; time++) expect(await write(2)).toMatchObject([{ kind: 'later' }])
    expect(openFiles()).toBeLessThan(before + 20)
    expect(await write(2)).toEqual([{ kind: 'sent' }])
    expect(wholeLines(file)).toEqual({ whole: [1, 2], torn: 1 })
  })

  it('that cannot be written is tried again', async () => {
    const { file, write } = logFile()
    mkdirSync(file)
    const [outcome] = await write(1)
    expect(outcome).toMatchObject({ kind: 'later', why: expect.stringContaining('EISDIR') })
    expect(JSON.stringify(outcome)).not.toContain(file)
    rmSync(file, { recursive: true })
    expect(await write(1)).toEqual([{ kind: 'sent' }])
  })
})
