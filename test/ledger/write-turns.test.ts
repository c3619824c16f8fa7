import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { describe, expect, it, onTestFinished } from 'vitest'
import { one, run } from '../../src/ledger/database.ts'
import { openLedger } from '../../src/ledger/open.ts'
import { inTurn, shareTurns, WriteTurns, whileBusy } from '../../src/ledger/write-turns.ts'
import { tempDir } from '../temp.ts'
import { freshLedger } from './fixtures.ts'

const dist = (path: string) => JSON.stringify(fileURLToPath(new URL(`../../dist/${path}`, import.meta.url)))

/** Another thread, of number 2, which does what the script says with `turns`, and has `count`: shared numbers. */
async function otherThread(turns: WriteTurns, count: Int32Array, script: string): Promise<Worker> {
  const worker = new Worker(
    `const { workerData, parentPort } = require('node:worker_threads')
     const count = new Int32Array(workerData.count)
     // Waiting for a turn alone keeps no thread alive.
     parentPort.on('message', () => {})
     import(${dist('ledger/write-turns.js')}).then(async ({ WriteTurns, inTurn, shareTurns }) => {
       const turns = new WriteTurns(2, workerData.turns)
       ${script}
     })`,
    { eval: true, workerData: { turns: turns.memory, count: count.buffer } },
  )
  onTestFinished(async () => void (await worker.terminate()))
  await once(worker, 'message')
  return worker
}

const numbers = () => new Int32Array(new SharedArrayBuffer(8))

describe('turns at writing', () => {
  it('are taken one at a time, in the order in which they were asked for', async () => {
    const turns = new WriteTurns()
    const order: number[] = []
    const work = (number: number) =>
      turns.take(async () => {
        order.push(number)
        await new Promise(setImmediate)
        order.push(number)
      })
    await Promise.all([work(1), work(2), work(3)])
    expect(order).toEqual([1, 1, 2, 2, 3, 3])
  })

  it('know whether somebody waits for the next one, of this thread or another', async () => {
    const turns = new WriteTurns()
    expect(await turns.take(() => turns.isAwaited())).toBe(false)
    const [first, last] = await Promise.all([
      turns.take(() => turns.isAwaited()),
      turns.take(() => turns.isAwaited()),
    ])
    expect([first, last]).toEqual([true, false])
    const count = numbers()
    await otherThread(
      turns,
      count,
      `parentPort.postMessage('is there')
       Atomics.wait(count, 0, 0)
       turns.take(() => {})`,
    )
    const seen = await turns.take(async () => {
      Atomics.store(count, 0, 1)
      Atomics.notify(count, 0)
      const until = performance.now() + 10_000
      while (!turns.isAwaited() && performance.now() < until) await new Promise(setImmediate)
      return turns.isAwaited()
    })
    expect(seen).toBe(true)
  })

  it('go on after work that throws', async () => {
    const turns = new WriteTurns()
    const failed = turns.take(() => {
      throw new Error('of the work')
    })
    await expect(failed).rejects.toThrow('of the work')
    expect(await turns.take(() => 'next')).toBe('next')
  })

  it('are given to a thread before another one has its second', async () => {
    const turns = new WriteTurns()
    const count = numbers()
    await otherThread(
      turns,
      count,
      `const again = () => turns.take(() => { Atomics.add(count, 0, 1) }).then(() => setImmediate(again))
       turns.take(() => {
         parentPort.postMessage('writes')
         // It wants its next turn long before it ends this one, and so does the other thread.
         Atomics.wait(count, 1, 0)
       })
       again()`,
    )
    const mine = turns.take(() => Atomics.load(count, 0))
    // Let the ticket be taken.
    await new Promise(setImmediate)
    Atomics.store(count, 1, 1)
    Atomics.notify(count, 1)
    expect(await mine).toBeLessThanOrEqual(1)
    // One that never stops asking keeps nobody waiting for more than one of its turns.
    for (let round = 0; round < 50; round++) {
      const before = Atomics.load(count, 0)
      const turn = turns.take(() => Atomics.load(count, 0))
      const asked = Atomics.load(count, 0)
      expect((await turn) - Math.max(before, asked)).toBeLessThanOrEqual(2)
    }
  })

  it('go on when a thread dies in the middle of one, and SQLite has taken back what it wrote', async () => {
    const path = join(tempDir(), 'ledger.db')
    const db = freshLedger(path)
    const turns = new WriteTurns()
    shareTurns(db, turns)
    const worker = await otherThread(
      turns,
      numbers(),
      `const { openLedger } = await import(${dist('ledger/open.js')})
       const db = openLedger(${JSON.stringify(path)})
       shareTurns(db, turns)
       inTurn(db, () => {
         db.exec("begin immediate; insert into meta values ('half', 'written')")
         parentPort.postMessage('writes')
         for (;;) {}
       })`,
    )
    const next = inTurn(db, () => run(db, `insert into meta values ('next', 'one')`))
    await worker.terminate()
    turns.forget(2)
    await next
    expect(one(db, `select count(*) as n from meta where key in ('half', 'next')`)).toEqual({ n: 1 })
  })

  it('wait for another process without keeping the thread, and say after how long they gave up', async () => {
    const path = join(tempDir(), 'ledger.db')
    const [db, beside] = [freshLedger(path), openLedger(path)]
    onTestFinished(() => {
      beside.close()
      whileBusy.longestMs = 30_000
    })
    const write = () => inTurn(db, () => run(db, `insert into meta values ('mine', 'yes')`))
    beside.exec('begin immediate')
    whileBusy.longestMs = 0
    await expect(write()).rejects.toMatchObject({
      code: 'database-busy',
      message: expect.stringContaining('has held the write lock for more than 0 seconds'),
    })
    whileBusy.longestMs = 30_000
    const waiting = write()
    // The thread is free: it ends what it waits for.
    setImmediate(() => beside.exec('rollback'))
    await waiting
    expect(one(beside, `select value from meta where key = 'mine'`)).toEqual({ value: 'yes' })
  })
})
