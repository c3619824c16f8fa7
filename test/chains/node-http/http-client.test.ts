import { describe, expect, it } from 'vitest'
import { BufferPool } from '../../../src/chains/node-http/http-client.ts'

const kilo = 1024

describe('BufferPool', () => {
  it('hands out buffers of exactly the length that was asked for', () => {
    const pool = new BufferPool()
    for (const length of [64 * kilo, 64 * kilo + 1, 700_000, 4096 * kilo])
      expect(pool.take(length)?.length).toBe(length)
  })

  it('gives the same memory again after it was given back, and not before', () => {
    const pool = new BufferPool()
    const first = pool.take(500_000)
    const second = pool.take(500_000)
    expect(second?.buffer).not.toBe(first?.buffer)
    if (first === null) throw new Error('unreachable')
    first.write('mark')
    pool.give(first)
    const third = pool.take(400_000)
    expect(third?.subarray(0, 4)).toEqual(Buffer.from('mark'))
    expect(third?.length).toBe(400_000)
    expect(pool.take(400_000)?.subarray(0, 4)).not.toEqual(Buffer.from('mark'))
  })

  it('leaves nothing to read in what was given back, and takes it once', () => {
    const pool = new BufferPool()
    const first = pool.take(500_000)
    if (first === null) throw new Error('unreachable')
    first.write('mark')
    pool.give(first)
    pool.give(first)
    expect(first.length).toBe(0)
    const again = [1, 2].map(() => pool.take(500_000)?.toString('latin1', 0, 4))
    expect(again).toEqual(['mark', expect.not.stringMatching('mark')])
  })

  it('leaves lengths alone that are not worth it, and no lengths', () => {
    const pool = new BufferPool()
    for (const length of [0, 64 * kilo - 1, 4096 * kilo + 1, -1, Number.NaN])
      expect(pool.take(length)).toBeNull()
  })

  it('takes no memory that is not its own', () => {
    const pool = new BufferPool()
    const foreign = Buffer.alloc(512 * kilo)
    pool.give(foreign)
    pool.give(Buffer.from('small'))
    expect(pool.take(512 * kilo)?.buffer).not.toBe(foreign.buffer)
  })

  it('keeps no more than a backfill needs', () => {
    const pool = new BufferPool()
    const taken = Array.from({ length: 100 }, () => pool.take(64 * kilo)).filter((buffer) => buffer !== null)
    for (const buffer of taken) {
      buffer.write('mark')
      pool.give(buffer)
    }
    const again = Array.from({ length: 100 }, () => pool.take(64 * kilo)?.toString('latin1', 0, 4))
    expect(again.filter((text) => text === 'mark')).toHaveLength(64)
  })
})
