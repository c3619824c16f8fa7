import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { makeKey } from '../../src/address/key.ts'
import { KeyTable } from '../../src/screening/key-table.ts'

/** Half EVM addresses, half scripts. */
function keyOf(index: number) {
  const hash = createHash('sha256').update(String(index)).digest().subarray(0, 20)
  return index % 2 === 0 ? makeKey('evm', hash) : makeKey('bitcoin', Buffer.concat([Buffer.of(0, 20), hash]))
}

const built = new URL('../../dist/screening/key-table.js', import.meta.url).href

/** A thread that answers which of the keys it is sent may be in the table that it was last sent. */
function startReader(): {
  worker: Worker
  ask: (message: object) => Promise<{ found: number; revision: number }>
} {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads')
     import(${JSON.stringify(built)}).then(({ KeyTable }) => {
       let table
       parentPort.on('message', ({ shared, keys }) => {
         if (shared) table = KeyTable.over(shared)
         const { revision } = table
         parentPort.postMessage({ revision, found: keys.filter((key) => table.mayHave(key)).length })
       })
     })`,
    { eval: true },
  )
  workers.push(worker)
  return {
    worker,
    ask: async (message) => {
      worker.postMessage(message)
      const [answer] = await once(worker, 'message')
      return answer as { found: number; revision: number }
    },
  }
}

const workers: Worker[] = []
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.terminate()))
})

describe('own addresses in shared memory', () => {
  it('are found by another thread as soon as they are added, without being sent again', async () => {
    const table = new KeyTable(100)
    const keys = Array.from({ length: 100 }, (_, index) => keyOf(index))
    for (const key of keys.slice(0, 50)) table.addKey(key)
    table.complete(1)
    const reader = startReader()
    expect(await reader.ask({ shared: table.shared, keys })).toEqual({ found: 50, revision: 1 })
    const { shared } = table
    for (const key of keys.slice(50)) table.addKey(key)
    table.complete(2)
    expect(table.shared).toBe(shared)
    expect(await reader.ask({ keys })).toEqual({ found: 100, revision: 2 })
  })

  it('are another object once the table grew, and the old one says by its revision what it lacks', async () => {
    const table = new KeyTable(10)
    const keys = Array.from({ length: 2_000 }, (_, index) => keyOf(index))
    for (const key of keys.slice(0, 10)) table.addKey(key)
    const { shared } = table
    const reader = startReader()
    await reader.ask({ shared, keys: [] })
    for (const key of keys) table.addKey(key)
    table.complete(7)
    expect(table.shared).not.toBe(shared)
    const old = await reader.ask({ keys })
    expect([old.revision, table.revision]).toEqual([-1, 7])
    expect(old.found).toBeLessThan(keys.length)
    expect(await reader.ask({ shared: table.shared, keys })).toEqual({ found: 2_000, revision: 7 })
  })

  it('are another object also where only the first script made the filter', () => {
    const table = new KeyTable(1_000)
    const { shared } = table
    table.addKey(keyOf(1))
    expect(table.shared).not.toBe(shared)
    expect(table.shared.slots).toBe(shared.slots)
  })

  it.each([0, 4, 1_000, 4_096])(
    'never claim a revision that they lack something of, whatever was replaced (made for %d)',
    (hint) => {
      const table = new KeyTable(hint)
      const missed: number[] = []
      for (let index = 0; index < 6_000; index++) {
        const before = KeyTable.over(table.shared)
        const key = keyOf(index)
        table.addKey(key)
        table.complete(index)
        if (before.revision >= index && !before.mayHave(key)) missed.push(index)
        if (!KeyTable.over(table.shared).mayHave(key)) missed.push(index)
      }
      expect(missed).toEqual([])
    },
  )
})
