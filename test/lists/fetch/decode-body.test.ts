import { existsSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../src/lists/fetch/ask.ts'
import { decodeBody } from '../../../src/lists/fetch/decode-body.ts'
import type { FetchRequest } from '../../../src/lists/fetch/types.ts'
import { tempDir } from '../../temp.ts'
import { refusal } from '../refusal.ts'

/** A body that arrived as gzip, in a folder of its own. */
function arrived(body: Buffer) {
  const folder = tempDir()
  const path = join(folder, 'list.part')
  writeFileSync(path, body)
  const answer = {
    ...{ url: new URL('http://lists.example/list'), status: 200, conditional: false },
    header: (name: string) => (name === 'content-encoding' ? 'gzip' : undefined),
  } as Answer
  const request = { maxBytes: 1_000_000, folder } as FetchRequest
  return { folder, path, decode: () => decodeBody(answer, path, request) }
}

describe('the Content-Encoding of a download', () => {
  it('is undone into a file of its own, in place of the one that arrived', async () => {
    const { path, decode } = arrived(gzipSync('address\n'))
    expect(await readFile(await decode(), 'utf8')).toBe('address\n')
    expect(existsSync(path)).toBe(false)
  })

  it('that is damaged is told of the server', async () => {
    const { decode } = arrived(gzipSync('address\n').subarray(0, 15))
    expect((await refusal(decode())).message).toMatch(
      /^http:\/\/lists\.example sent a gzip answer that is damaged/,
    )
  })

  it('that can not be written is told of the disk', async () => {
    const { folder, decode } = arrived(gzipSync('address\n'))
    // What stands there is not written over, whoever runs this.
    writeFileSync(join(folder, 'list.decoded.part'), '')
    const error = await refusal(decode())
    expect(error).toMatchObject({ code: 'disk' })
    expect(error.message).toContain(`can't be written into ${folder} (E`)
  })
})
