import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { one, run } from '../../src/ledger/database.ts'
import { hasLeftovers } from '../../src/ledger/sweep-leftovers.ts'
import { onLoadWait, sweepAtStart, whileLoading } from '../../src/ledger/while-loading.ts'
import { tempDir } from '../temp.ts'
import { freshLedger } from './fixtures.ts'

/** Two processes' connections to one ledger; the first one is in the middle of a load. */
async function inTheMiddle() {
  const path = join(tempDir(), 'ledger.db')
  const [first, second] = [freshLedger(path), freshLedger(path)]
  let finish = () => {}
  const gate = new Promise<void>((resolve) => {
    finish = resolve
  })
  let begun = () => {}
  const began = new Promise<void>((resolve) => {
    begun = resolve
  })
  const loading = whileLoading(first, async () => {
    run(
      first,
      `insert into list_snapshots (list_id, sha256, format, state, bytes, counts, imported_at, parser)
       values ('l', 'ab', 'csv', 'staging', 1, '{}', '2026-01-01', 1)`,
    )
    begun()
    await gate
    return one(first, 'select state from list_snapshots')
  })
  await began
  return { first, second, finish, loading }
}

describe('a load', () => {
  it('is not swept while another process is writing it', async () => {
    const { second, finish, loading } = await inTheMiddle()
    await sweepAtStart(second)
    expect(hasLeftovers(second)).toBe(true)
    finish()
    expect(await loading).toEqual({ state: 'staging' })
    await sweepAtStart(second)
    expect(hasLeftovers(second)).toBe(false)
  })

  it('waits for that of another process, and gives up with a sentence', async () => {
    const { second, finish, loading } = await inTheMiddle()
    await expect(whileLoading(second, () => 'mine', { maxWaitMs: 0 })).rejects.toMatchObject({
      code: 'database-busy',
      message: expect.stringMatching(
        /^Another process is loading a list or own addresses into .*, and was not done within 0 minutes:/,
      ),
    })
    const heard: string[] = []
    let hear = () => {}
    const isHeard = new Promise<void>((resolve) => {
      hear = resolve
    })
    onLoadWait(second, (text) => {
      heard.push(text)
      hear()
    })
    const waiting = whileLoading(second, () => hasLeftovers(second))
    await isHeard
    finish()
    await loading
    expect(await waiting).toBe(false)
    expect(heard).toEqual([
      'Another process is loading a list or own addresses into this database: waiting for it, for up to 15 minutes.',
    ])
  })

  it('reports once that it waits, however often it looks', async () => {
    const { second, finish, loading } = await inTheMiddle()
    const heard: string[] = []
    onLoadWait(second, (text) => heard.push(text))
    await expect(whileLoading(second, () => 'mine', { maxWaitMs: 200 })).rejects.toThrow()
    expect(heard).toHaveLength(1)
    finish()
    await loading
  })

  it('ends its waiting when it is told to', async () => {
    const { second, finish, loading } = await inTheMiddle()
    const controller = new AbortController()
    const waiting = whileLoading(second, () => 'mine', { signal: controller.signal })
    controller.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' })
    finish()
    await loading
  })

  it('waits for its own process however long that takes, and goes on after one that failed', async () => {
    const { first, finish, loading } = await inTheMiddle()
    const next = whileLoading(
      first,
      () => {
        throw new Error('mine failed')
      },
      { maxWaitMs: 0 },
    )
    const last = whileLoading(first, () => 'last', { maxWaitMs: 0 })
    finish()
    await loading
    await expect(next).rejects.toThrow('mine failed')
    expect(await last).toBe('last')
  })
})
