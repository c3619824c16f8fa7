import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { archive } from '../../src/lists/archive.ts'
import { tempDir } from '../temp.ts'

const content = randomBytes(1_000_000)
const sha256 = createHash('sha256').update(content).digest('hex')

/** The content in pieces, and what fails after it. */
function pieces(error?: Error): Readable {
  async function* read() {
    for (let start = 0; start < content.length; start += 60_000) yield content.subarray(start, start + 60_000)
    if (error !== undefined) throw error
  }
  return Readable.from(read(), { objectMode: false })
}

describe('archiving a file', () => {
  it('keeps it compressed under its SHA-256, and hands the same bytes to the parser', async () => {
    const folder = join(tempDir(), 'ledger.db.snapshots')
    const archiving = await archive(pieces(), folder)
    expect((await buffer(archiving.bytes)).equals(content)).toBe(true)
    expect(await archiving.done).toEqual({ sha256, size: content.length })
    const path = await archiving.keep(sha256)
    expect(basename(path)).toBe(`${sha256}.gz`)
    expect(readdirSync(folder)).toEqual([`${sha256}.gz`])
    expect(gunzipSync(readFileSync(path)).equals(content)).toBe(true)
  })

  it('lets only its owner read it', async () => {
    const folder = join(tempDir(), 'snapshots')
    const archiving = await archive(pieces(), folder)
    archiving.bytes.resume()
    const path = await archiving.keep((await archiving.done).sha256)
    expect([statSync(folder).mode & 0o777, statSync(path).mode & 0o777]).toEqual([0o700, 0o600])
  })

  it('leaves no file behind when the input fails, and the parser hears why', async () => {
    const folder = tempDir()
    const archiving = await archive(pieces(new Error('cut short')), folder)
    await expect(buffer(archiving.bytes)).rejects.toThrow('cut short')
    await expect(archiving.done).rejects.toThrow('cut short')
    await archiving.discard()
    expect(readdirSync(folder)).toEqual([])
  })

  it.each(['before it began', 'before it is read'])(
    'leaves no file behind when it is stopped %s',
    async (when) => {
      const folder = tempDir()
      const stopping = new AbortController()
      if (when === 'before it began') stopping.abort()
      const archiving = await archive(pieces(), folder, stopping.signal)
      stopping.abort()
      await expect(buffer(archiving.bytes)).rejects.toThrow()
      await expect(archiving.done).rejects.toThrow('aborted')
      await archiving.discard()
      expect(readdirSync(folder)).toEqual([])
    },
  )

  it('fails with an input that failed before anybody listened', async () => {
    const folder = tempDir()
    const input = pieces()
    input.destroy(new Error('gone at once'))
    const archiving = await archive(input, folder)
    await expect(archiving.done).rejects.toThrow('gone at once')
    await archiving.discard()
    expect(readdirSync(folder)).toEqual([])
  })

  it('leaves no file behind when the parser gives up at once', async () => {
    const folder = tempDir()
    for (let attempt = 0; attempt < 30; attempt++) {
      const archiving = await archive(pieces(), folder)
      if (attempt % 2 === 0) archiving.bytes.destroy(new Error('not of this format'))
      await archiving.discard()
      expect(readdirSync(folder)).toEqual([])
    }
  })

  it('leaves no file behind when the parser gives up half-way, and it is no hang', async () => {
    const folder = tempDir()
    const archiving = await archive(pieces(), folder)
    const parse = async () => {
      for await (const _ of archiving.bytes) throw new Error('half-way')
    }
    await expect(parse()).rejects.toThrow('half-way')
    expect(await archiving.done).toEqual({ sha256, size: content.length })
    await archiving.discard()
    expect(readdirSync(folder)).toEqual([])
  })

  it('names a file by all of its bytes, though the parser stopped reading', async () => {
    const folder = tempDir()
    const archiving = await archive(pieces(), folder)
    archiving.bytes.once('data', () => archiving.bytes.pause())
    await new Promise((paused) => archiving.bytes.once('pause', paused))
    archiving.bytes.resume()
    expect((await archiving.done).sha256).toBe(sha256)
    await archiving.discard()
  })
})
