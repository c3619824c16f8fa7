import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { archivedPath } from '../../src/lists/archive.ts'
import { formatOf } from '../../src/lists/formats/index.ts'
import { RejectedList, readListFile } from '../../src/lists/read-list-file.ts'
import type { ListFormat } from '../../src/lists/types.ts'
import { tempDir } from '../temp.ts'

const content = `address,subject\n0x${createHash('sha1').update('1').digest('hex')},x\n`
const sha = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex')

/** Reads a file, while which something happens behind the parser's last byte. */
async function readWhile(path: string, meanwhile: () => void) {
  const csv = formatOf('csv')
  const format: ListFormat = {
    ...csv,
    async parse(...args) {
      try {
        return await csv.parse(...args)
      } finally {
        meanwhile()
      }
    },
  }
  const database = join(tempDir(), 'ledger.db')
  const options = { folder: `${database}.snapshots`, keepRejected: true, at: '2026-03-01T12:00:00.000Z' }
  return { database, read: readListFile(format, { path }, options) }
}

describe('the SHA-256 of a file that is read', () => {
  it.each([
    ['plain', Buffer.from(content)],
    ['gzip', gzipSync(content)],
  ])('is that of its bytes, and none where it changed meanwhile: %s', async (_, bytes) => {
    const path = join(tempDir(), 'list')
    writeFileSync(path, bytes)
    const same = await (await readWhile(path, () => {})).read
    expect([same.sha256, same.fileSha256]).toEqual([sha(content), sha(bytes)])
    same.close?.()
    const other = await (await readWhile(path, () => writeFileSync(path, gzipSync('another')))).read
    expect([other.sha256, other.fileSha256]).toEqual([sha(content), null])
    other.close?.()
  })

  it('is that of a packed file as large as its content', async () => {
    const sized = Array.from({ length: 200 }, (_, n) => content + '\n'.repeat(n)).find(
      (text) => gzipSync(text).length === text.length,
    )
    if (sized === undefined) throw new Error('none is as large')
    const path = join(tempDir(), 'list')
    writeFileSync(path, gzipSync(sized))
    const read = await (await readWhile(path, () => {})).read
    expect([read.sha256, read.fileSha256]).toEqual([sha(sized), sha(readFileSync(path))])
    read.close?.()
  })
})

it('of a damaged file that is replaced while it is read, nothing is kept of the other', async () => {
  const path = join(tempDir(), 'list')
  const large =
    content + Array.from({ length: 3_000 }, (_, n) => `0x${sha(String(n)).slice(24)},x\n`).join('')
  const damaged = gzipSync(large).subarray(0, -8)
  const other = 'name,nationality\nAnn,Telltaleland\n'
  writeFileSync(path, damaged)
  const kept = await readWhile(path, () => {})
  await expect(kept.read).rejects.toMatchObject({ kept: true })
  expect(existsSync(archivedPath(kept.database, sha(damaged)))).toBe(true)
  const { database, read } = await readWhile(path, () => writeFileSync(path, other))
  await expect(read).rejects.toBeInstanceOf(RejectedList)
  expect(existsSync(archivedPath(database, sha(other)))).toBe(false)
})
