import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readLines } from '../../../src/lists/formats/read-text.ts'
import { refusal } from '../refusal.ts'
import { chunks } from './chunks.ts'

async function lines(text: string | Uint8Array, size = 7, options = {}) {
  const found = []
  for await (const line of readLines(chunks(text, size), options)) found.push(line)
  return found
}

describe('readLines', () => {
  it('numbers lines as an editor does, leaves blank ones out, and knows whether the last one ended', async () => {
    expect(await lines('a\n\n  \nb é')).toEqual([
      { number: 1, text: 'a', ended: true },
      { number: 4, text: 'b é', ended: false },
    ])
  })

  it('keeps blank lines where they count', async () => {
    expect((await lines('a\n\nb\n', 2, { blank: true })).map(({ text }) => text)).toEqual(['a', '', 'b'])
  })

  it('reads the same however the file is cut into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom(...'ab\n\r é') }),
        fc.integer({ min: 1, max: 9 }),
        async (text, size) => {
          const found = await lines(text, size, { blank: true })
          const expected = text.split('\n')
          if (expected.at(-1) === '') expected.pop()
          expect(found.map((line) => line.text)).toEqual(expected)
          expect(found.at(-1)?.ended ?? true).toBe(text === '' || text.endsWith('\n'))
        },
      ),
    )
  })

  it('refuses a line without end, and bytes that are not UTF-8', async () => {
    expect((await refusal(lines('x'.repeat(17_000_000), 65_536))).message).toMatch(/Line 1 is longer than/)
    expect((await refusal(lines(Buffer.from([0x61, 0xff])))).message).toMatch(/not valid UTF-8/)
  })
})
