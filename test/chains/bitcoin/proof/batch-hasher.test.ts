import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { doubleSha256 } from '../../../../src/chains/bitcoin/bytes.ts'
import { BatchHasher } from '../../../../src/chains/bitcoin/proof/batch-hasher.ts'
import { randomRuns } from '../../../long.ts'

const hasher = new BatchHasher()

function hashAll(messages: readonly Uint8Array[], times: 1 | 2 = 2): string[] {
  const starts = new Uint32Array(messages.length)
  const lengths = new Uint32Array(messages.length)
  let at: number = hasher.free
  messages.forEach((message, i) => {
    starts[i] = at
    lengths[i] = message.length
    hasher.memory.set(message, at)
    at += message.length
  })
  hasher.hashAll({ starts, lengths }, at, times)
  return messages.map((_, i) =>
    Buffer.from(hasher.memory.subarray(at + 32 * i, at + 32 * i + 32)).toString('hex'),
  )
}

const expected = (messages: readonly Uint8Array[]) => messages.map((one) => doubleSha256(one).toString('hex'))

describe('the batch hasher', () => {
  it('hashes messages of every length around a block of 64 bytes', () => {
    const messages = Array.from({ length: 200 }, (_, length) => Buffer.alloc(length, length))
    expect(hashAll(messages)).toEqual(expected(messages))
  })

  it('hashes any messages together as one by one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 700 }), { minLength: 1, maxLength: 30 }),
        (messages) => {
          expect(hashAll(messages)).toEqual(expected(messages))
        },
      ),
      { numRuns: randomRuns(60) },
    )
  })

  it('hashes once where it is asked to', () => {
    const messages = Array.from({ length: 131 }, (_, length) => Buffer.alloc(length, length))
    const once = messages.map((one) => createHash('sha256').update(one).digest('hex'))
    expect(hashAll(messages, 1)).toEqual(once)
    expect(hashAll(messages)).toEqual(expected(messages))
  })

  it('hashes a message as long as a block', () => {
    const messages = [Buffer.alloc(4_000_000, 7), Buffer.alloc(3)]
    expect(hashAll(messages)).toEqual(expected(messages))
  })

  it('hashes pairs of digests into their own place, as a merkle tree needs it', () => {
    const pairs = Array.from({ length: 9 }, (_, i) => Buffer.alloc(64, i + 1))
    pairs.forEach((pair, i) => {
      hasher.memory.set(pair, hasher.free + 64 * i)
    })
    hasher.hashPairs(hasher.free, pairs.length, hasher.free)
    const digests = Buffer.from(hasher.memory.subarray(hasher.free, hasher.free + 32 * pairs.length))
    expect(digests.toString('hex')).toBe(expected(pairs).join(''))
  })
})
