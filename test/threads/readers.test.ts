import { readFileSync } from 'node:fs'
import type { Worker } from 'node:worker_threads'
import { describe, expect, it, onTestFinished } from 'vitest'
import { makeKey } from '../../src/address/key.ts'
import { extract } from '../../src/chains/extract.ts'
import { createPool } from '../../src/chains/pool/pool.ts'
import { configSchema } from '../../src/config/schema.ts'
import { createSource } from '../../src/pipeline/blocks/create-source.ts'
import { KeyTable } from '../../src/screening/key-table.ts'
import { Readers, readerCount } from '../../src/threads/readers.ts'
import { sats } from '../chains/bitcoin/build-block.ts'
import { type FakeNodeState, startFakeNode } from '../chains/bitcoin/fake-node.ts'
import { ownSet } from '../chains/bitcoin/own-set.ts'
import { regtestChain } from '../chains/bitcoin/regtest-chain.ts'
import { p2tr, p2wpkh } from '../chains/bitcoin/scripts.ts'
import { rememberingLog } from '../lists/remembering-log.ts'

const hot = p2wpkh('hot')
const cold = p2wpkh('cold')

/** Blocks 1 to 3, each with a payment to `hot`, another to `cold`, and 2,000 to others: large enough for memory of their own. */
const chain = regtestChain(
  ...[1, 2, 3].map((n) => ({
    txs: [hot, cold].map((script) => ({
      inputs: [{ script: p2tr(`payer ${n}`), value: sats(9_999), witness: [Buffer.alloc(64, n)] }],
      outputs: [
        { script, value: sats(1) },
        ...Array.from({ length: 1_000 }, (_, i) => ({ script: p2wpkh(`other ${n} ${i}`), value: sats(1) })),
      ],
    })),
  })),
)

/** A node, and its source with readers. */
async function scene(state: Partial<FakeNodeState> = {}, { count = 2, verify = 'strict' } = {}) {
  const node = await startFakeNode({ chain, ...state })
  const { log, lines } = rememberingLog()
  const threads = new Readers(count, log)
  const own = new KeyTable(10)
  own.addKey(makeKey('bitcoin', hot))
  own.complete(1)
  const open = (url: string, password = '', isThreaded = true) => {
    const credentials = password === '' ? {} : { username: 'reader', password }
    const { chains } = configSchema.parse({
      chains: [
        {
          ...{ id: 'btc', type: 'bitcoin', network: 'regtest', rpc: [url], verify, start: 1 },
          ...credentials,
        },
      ],
    })
    const [config] = chains
    if (config === undefined) throw new Error('no chain')
    const source = createSource(config, isThreaded ? { readers: { threads, own } } : {})
    onTestFinished(() => source.close())
    return source
  }
  onTestFinished(() => threads.stop())
  return { node, threads, own, lines, open, source: open(node.url) }
}

/** The threads that start from now on, in order. */
function threadsStarted(): Worker[] {
  const workers: Worker[] = []
  const add = (worker: Worker) => void workers.push(worker)
  process.on('worker', add)
  onTestFinished(() => void process.off('worker', add))
  return workers
}

describe('readers', () => {
  it('read, prove and filter blocks, and hand over what extraction finds the same in', async () => {
    const { source } = await scene()
    await source.open()
    for (const height of [1, 2, 3]) {
      const block = await source.block(height)
      expect(block).toMatchObject({ height, hash: chain[height]?.hash, ownRevision: 1 })
      expect(block.content).toMatchObject({ candidates: Uint32Array.of(1) })
      expect(extract(block, ownSet(hot)).transactions).toHaveLength(1)
      source.release?.(block)
      // It went back to the reader: nothing can be extracted after it.
      expect(() => extract(block, ownSet(hot))).toThrow('memory was released')
    }
  })

  it('hand over a whole block where one is wanted', async () => {
    const { source } = await scene()
    await source.open()
    const block = await source.block(1, undefined, { whole: true })
    expect(block).not.toHaveProperty('ownRevision')
    expect(block.content).not.toHaveProperty('candidates')
    expect(extract(block, ownSet(cold)).transactions.length).toBeGreaterThan(0)
  })

  it('see addresses that became own since, also where the table grew', async () => {
    const { source, own } = await scene()
    await source.open()
    await source.block(1)
    for (let i = 0; i < 100; i++) own.addKey(makeKey('bitcoin', p2wpkh(`new ${i}`)))
    own.addKey(makeKey('bitcoin', cold))
    own.complete(2)
    const block = await source.block(1)
    expect(block).toMatchObject({ ownRevision: 2, content: { candidates: Uint32Array.of(1, 2) } })
  })

  it('refuse a block that is not true as one thread does, with the same error', async () => {
    const tampered = chain.map((block) => ({ ...block, block: Buffer.from(block.block) }))
    const { block } = tampered[2] ?? { block: Buffer.alloc(0) }
    block[block.length - 1] = 7
    const refused = { status: 403, body: '' }
    const intercept = (request: string) => (request === 'getblock' ? refused : undefined)
    const { source, node, open } = await scene({ chain: tampered, intercept })
    const alone = open(node.url, '', false)
    const errors = []
    for (const each of [source, alone]) {
      await each.open()
      errors.push(await each.block(2).catch((error: unknown) => error))
    }
    expect(errors[0]).toMatchObject({
      code: 'node-bad-answer',
      message: expect.stringContaining('its transactions are not those of its merkle root'),
    })
    expect(errors[0]).toEqual(errors[1])
    await expect(source.block(3)).resolves.toMatchObject({ height: 3 })
  })

  it('know credentials, and tell them nobody', async () => {
    const { node, open, lines } = await scene({ credentials: 'reader:hunter2hunter2' })
    const source = open(node.url, 'hunter2hunter2')
    await source.open()
    await expect(source.block(1)).resolves.toMatchObject({ height: 1 })
    const wrong = open(node.url, 'wrong-password-of-it')
    const error = await wrong.block(1).catch((each: unknown) => each)
    expect(error).toMatchObject({ code: 'node-auth' })
    expect(JSON.stringify([String(error), error, lines])).not.toMatch(/hunter2|wrong-password/)
    const worker = readFileSync(new URL('../../src/threads/readers.ts', import.meta.url), 'utf8')
    // Not by an environment or arguments, which other programs can read.
    expect(worker).toContain("new Worker(entry, { name: 'chainscreen reader' })")
  })

  it('stop waiting when they are told to', async () => {
    const never = { waits: false, intercept: () => undefined }
    const { source } = await scene(never)
    await source.open()
    const stop = new AbortController()
    const block = source.block(1, stop.signal)
    stop.abort()
    await expect(block).rejects.toMatchObject({ code: 'aborted' })
    await expect(source.block(1, stop.signal)).rejects.toThrow()
    await expect(source.block(1)).resolves.toMatchObject({ height: 1 })
  })
})

describe('a reader that ends by itself', () => {
  it('is followed by another one, which reads its blocks again, and the log says so', async () => {
    const workers = threadsStarted()
    let isHeld = true
    const intercept = (request: string) => {
      if (!isHeld || !request.startsWith('GET /rest/block/')) return undefined
      isHeld = false
      void workers.at(-1)?.terminate()
      return { status: 503, body: 'Work queue depth exceeded' }
    }
    const { source, lines } = await scene({ intercept }, { count: 1 })
    await source.open()
    isHeld = true
    const blocks = await Promise.all([1, 2, 3].map((height) => source.block(height)))
    expect(blocks.map(({ height }) => height)).toEqual([1, 2, 3])
    expect(workers).toHaveLength(2)
    expect(lines).toEqual([
      expect.stringMatching(
        /^warn a thread that reads blocks ended by itself \(exit code 1\): another one reads its 3 blocks again$/,
      ),
    ])
  })

  it('and others after it over the same block make that block a failure, which may be over later; no node is set aside for it', async () => {
    const workers = threadsStarted()
    let isDeadly = false
    const intercept = (request: string) => {
      if (isDeadly && request === `GET /rest/block/${chain[2]?.hash}.bin`) void workers.at(-1)?.terminate()
      return undefined
    }
    const { node, open, lines } = await scene({ intercept }, { count: 1 })
    const asides: unknown[] = []
    const pool = createPool([open(node.url), open(node.url)], { onChange: (event) => asides.push(event) })
    await pool.open()
    isDeadly = true
    await expect(pool.block(2)).rejects.toMatchObject({
      code: 'thread-lost',
      message: expect.stringContaining('reading block 2 ended 3 of them'),
    })
    expect(lines).toHaveLength(3)
    isDeadly = false
    await expect(pool.block(2)).resolves.toMatchObject({ height: 2 })
    expect(asides).toEqual([expect.objectContaining({ what: 'leads' })])
  })

  it('too often in a minute is followed by none for the rest of it', async () => {
    const workers = threadsStarted()
    let isDeadly = false
    const intercept = (request: string) => {
      if (isDeadly && request.startsWith('GET /rest/block/')) void workers.at(-1)?.terminate()
      return undefined
    }
    const { source, lines } = await scene({ intercept }, { count: 1 })
    await source.open()
    isDeadly = true
    await expect(source.block(1)).rejects.toMatchObject({ code: 'thread-lost' })
    await expect(source.block(2)).rejects.toMatchObject({ code: 'thread-lost' })
    const error = await source.block(3).catch((each: unknown) => each)
    expect(error).toMatchObject({ code: 'thread-lost', retryAfterMs: expect.any(Number) })
    expect([lines.length, workers.length]).toEqual([6, 6])
  })
})

describe('the number of readers', () => {
  it('is one less than there are cores, from one to four, or as the config says', () => {
    expect(readerCount({ readers: 0 })).toBe(0)
    expect(readerCount({ readers: 7 })).toBe(7)
    expect(readerCount({ readers: 'auto' })).toBeGreaterThanOrEqual(1)
    expect(readerCount({ readers: 'auto' })).toBeLessThanOrEqual(4)
  })
})
