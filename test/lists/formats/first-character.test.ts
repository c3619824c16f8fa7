import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { firstCharacter } from '../../../src/lists/formats/read-text.ts'
import { chunks } from './chunks.ts'

async function look(text: string | Uint8Array, size: number) {
  const { character, whole } = await firstCharacter(chunks(text, size))
  const parts: Buffer[] = []
  for await (const part of whole as AsyncIterable<Buffer>) parts.push(part)
  return { character, bytes: Buffer.concat(parts) }
}

describe('firstCharacter', () => {
  it('looks past white space and a byte order mark, and gives the whole file back', async () => {
    const before = fc.string({ unit: fc.constantFrom(...' \n\r\t') })
    const rest = fc.string({ unit: 'grapheme' })
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('', '\ufeff'),
        before,
        rest,
        fc.integer({ min: 1, max: 9 }),
        async (mark, space, text, size) => {
          const content = `${mark}${space}<${text}`
          const { character, bytes } = await look(content, size)
          expect(character).toBe('<')
          expect(bytes.toString()).toBe(content)
        },
      ),
    )
  })

  it('finds nothing in a file without content, and stops looking', async () => {
    expect(await look('', 5)).toEqual({ character: '', bytes: Buffer.from('') })
    const blank = Buffer.alloc(50_000, ' ')
    expect(await look(blank, 1000)).toEqual({ character: '', bytes: blank })
  })

  it('lets go of the file when the reader stops early', async () => {
    const input = chunks('<'.repeat(1000), 10)
    const { whole } = await firstCharacter(input)
    for await (const _ of whole) break
    await vi.waitFor(() => expect(input.destroyed).toBe(true))
  })
})
