import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
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

  it('names the bytes around what is no UTF-8', async () => {
    const bytes = Buffer.alloc(30_000, 'x')
    bytes[20_000] = 0xff
    await expect(decoded(bytes)).rejects.toThrow('not valid UTF-8: between bytes 16384 and 24576')
  })
})
