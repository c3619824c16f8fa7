import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
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

  it('that cannot be written is tried again', async () => {
    const { file, write } = logFile()
    mkdirSync(file)
    expect(await write(1)).toMatchObject([{ kind: 'later', why: expect.stringContaining('EISDIR') }])
    rmSync(file, { recursive: true })
    expect(await write(1)).toEqual([{ kind: 'sent' }])
  })
})
