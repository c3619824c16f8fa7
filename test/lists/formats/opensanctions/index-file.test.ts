import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  checkedAgainstIndex,
  readDatasetIndex,
} from '../../../../src/lists/formats/opensanctions/index-file.ts'
import { refusal } from '../../refusal.ts'
import { chunks } from '../chunks.ts'

const content = '{"id":"a"}\n'
const sha1 = createHash('sha1').update(content).digest('hex')
const file = (more = {}) => ({ name: 'entities.ftm.json', url: null, sha1, size: content.length, ...more })

async function read(text: string, of = file()) {
  const parts: Buffer[] = []
  for await (const part of checkedAgainstIndex(chunks(text, 3), of) as AsyncIterable<Buffer>) parts.push(part)
  return Buffer.concat(parts).toString()
}

describe('index.json', () => {
  it('says version, counts, and each file with size and checksum', () => {
    const text = JSON.stringify({
      name: 'sanctions',
      version: '20240528134729-3iv',
      last_export: '2024-05-28T13:47:29',
      entity_count: 7,
      children: [],
      resources: [
        { name: 'entities.ftm.json', url: 'https://example.org/e', checksum: sha1.toUpperCase(), size: 11 },
        { name: 'x' },
      ],
    })
    expect(readDatasetIndex(text)).toEqual({
      version: '20240528134729-3iv',
      lastExport: '2024-05-28T13:47:29',
      entityCount: 7,
      deltaUrl: null,
      files: [
        { name: 'entities.ftm.json', url: 'https://example.org/e', sha1, size: 11 },
        { name: 'x', url: null, sha1: null, size: null },
      ],
    })
  })

  it.each(['', '<html>', '[]', '{"resources":[{"size":1}]}', '{"resources":[],"entity_count":"7"}'])(
    'is none: %j',
    async (text) => {
      const error = await refusal((async () => readDatasetIndex(text))())
      expect(error.code).toBe('bad-file')
      expect(error.message).toMatch(/no index\.json of OpenSanctions/)
    },
  )

  it('lets the file through that it names', async () => {
    expect(await read(content)).toBe(content)
    expect(await read(content, file({ size: null }))).toBe(content)
    expect(await read(content, file({ sha1: null }))).toBe(content)
  })

  it.each([
    ['cut', content.slice(0, 5), file(), /found 5 bytes, expected 11 bytes/],
    ['longer', `${content}x`, file(), /found more than 11 bytes, expected 11 bytes/],
    ['changed', content.replace('a', 'b'), file(), /found SHA-1 [0-9a-f]{40}, expected [0-9a-f]{40}/],
    ['without size or checksum', content, file({ size: null, sha1: null }), /neither size nor checksum/],
  ])('refuses a file that is %s', async (_, text, of, message) => {
    const error = await refusal(read(text, of))
    expect(error.code).toBe('bad-file')
    expect(error.message).toMatch(message)
  })
})
