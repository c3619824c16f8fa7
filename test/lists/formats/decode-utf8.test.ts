import { Readable } from 'node:stream'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { decodeUtf8 } from '../../../src/lists/formats/read-text.ts'

async function decoded(bytes: Buffer): Promise<string[]> {
  const pieces: string[] = []
  for await (const { text } of decodeUtf8(Readable.from([bytes]))) pieces.push(text)
  return pieces
}

describe('decoding a large chunk', () => {
  it('puts characters together that stand across the borders of its pieces', async () => {
    const text = `a${'€'.repeat(20_000)}`
    expect((await decoded(Buffer.from(text))).join('')).toBe(text)
  })

  it('gives others their turn between its pieces, once a slice of time is over', async () => {
    // Every look at the clock is a slice later.
    let clock = 0
    vi.spyOn(performance, 'now').mockImplementation(() => (clock += 100))
    onTestFinished(() => void vi.restoreAllMocks())
    let turns = 0
    let over = false
    const others = () => {
      turns++
      if (!over) setImmediate(others)
    }
    setImmediate(others)
    const pieces = await decoded(Buffer.alloc(1_000_000, 'x'))
    over = true
    expect(pieces.length).toBeGreaterThan(100)
    expect(turns).toBeGreaterThanOrEqual(pieces.length)
  })

  it('names the bytes around what is no UTF-8', async () => {
    const bytes = Buffer.alloc(30_000, 'x')
    bytes[20_000] = 0xff
    await expect(decoded(bytes)).rejects.toThrow('not valid UTF-8: between bytes 16384 and 24576')
  })
})
