import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { openListFile } from '../../src/lists/open-file.ts'
import { tempDir } from '../temp.ts'
import { makeZip } from './make-zip.ts'
import { refusal } from './refusal.ts'

const content = Array.from({ length: 20_000 }, (_, index) => `line ${index * 7919}\n`).join('')

async function readAll(stream: Readable): Promise<string> {
  const parts: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) parts.push(chunk)
  return Buffer.concat(parts).toString()
}

/** Writes a file and reads it as a list file. */
async function read(bytes: Buffer | string, options?: { maxBytes?: number }): Promise<string> {
  const path = join(tempDir(), 'list.bin')
  writeFileSync(path, bytes)
  return readAll(await openListFile(path, options))
}

describe('openListFile', () => {
  it.each([
    ['plain', Buffer.from(content)],
    ['gzip', gzipSync(content)],
    ['gzip in two members', Buffer.concat([gzipSync(content.slice(0, 999)), gzipSync(content.slice(999))])],
    ['zip', makeZip([{ name: 'LIST.XML', content }])],
    [
      'zip with a folder',
      makeZip([
        { name: 'a/', content: '' },
        { name: 'a/b', content },
      ]),
    ],
  ])('reads a %s file, whatever its name', async (_, bytes) => {
    expect(await read(bytes)).toBe(content)
  })

  it('reads an empty and a tiny file as they are', async () => {
    expect(await read('')).toBe('')
    expect(await read('PK')).toBe('PK')
  })

  it.each([
    ['no file', [], /must hold exactly one file; found none/],
    ['two files', ['a.xml', 'b.xml'], /must hold exactly one file; found 2\./],
    ['many files', ['1', '2', '3', '4', '5', '6', '7'], /found many\./],
  ])('refuses a zip of %s and counts them', async (_, names, message) => {
    const error = await refusal(read(makeZip(names.map((name) => ({ name, content })))))
    expect(error.code).toBe('bad-file')
    expect(error.message).toMatch(message)
  })

  it('refuses a zip or gzip that is cut anywhere', async () => {
    for (const whole of [makeZip([{ name: 'LIST.XML', content }]), gzipSync(content)])
      for (const part of [0.001, 0.1, 0.5, 0.9, 0.999]) {
        const error = await refusal(read(whole.subarray(0, Math.max(10, Math.floor(whole.length * part)))))
        expect(error.code).toBe('bad-file')
        expect(error.message).toMatch(/list\.bin is a (zip|gzip file) that is cut short or damaged/)
      }
  })

  it('refuses a zip or gzip with one changed byte in its content', async () => {
    for (const whole of [makeZip([{ name: 'LIST.XML', content }]), gzipSync(content)]) {
      const at = Math.floor(whole.length / 2)
      whole[at] = (whole[at] ?? 0) ^ 0x10
      const error = await refusal(read(whole))
      expect(error.message).toMatch(/is cut short or damaged|that is cut short or damaged/)
    }
  })

  it('verifies the checksum of a zip', async () => {
    const error = await refusal(read(makeZip([{ name: 'LIST.XML', content, crc: 1 }])))
    expect(error.message).toMatch(/checksum does not agree/)
  })

  it('refuses a zip whose content is longer or shorter than it says', async () => {
    for (const size of [content.length - 1, content.length + 1])
      expect((await refusal(read(makeZip([{ name: 'x', content, size }])))).message).toMatch(/damaged/)
  })

  it('stops at the size limit, also where a bomb lies about its size', async () => {
    const maxBytes = 100_000
    const bomb = Buffer.alloc(50_000_000)
    for (const bytes of [
      bomb,
      gzipSync(bomb),
      makeZip([{ name: 'bomb', content: bomb }]),
      makeZip([{ name: 'bomb', content: bomb, size: maxBytes }]),
    ]) {
      const error = await refusal(read(bytes, { maxBytes }))
      expect(error.code).toBe('bad-file')
      expect(error.message).toMatch(/holds more than 100,000 bytes decompressed|cut short or damaged/)
    }
    expect(await read(content, { maxBytes: content.length })).toBe(content)
  })

  it('names the path of a file that is not there, and of a folder', async () => {
    const dir = tempDir()
    const missing = await refusal(openListFile(join(dir, 'missing.xml')))
    expect(missing.code).toBe('bad-file')
    expect(missing.message).toBe(`${join(dir, 'missing.xml')} can't be read: there is no such file.`)
    mkdirSync(join(dir, 'folder'))
    expect((await refusal(openListFile(join(dir, 'folder')))).message).toMatch(
      /folder can't be read: it is a folder/,
    )
  })

  it('refuses a pipe, which might never say anything, and a device', async () => {
    const pipe = join(tempDir(), 'pipe')
    execFileSync('mkfifo', [pipe])
    for (const path of [pipe, '/dev/null']) {
      const error = await refusal(openListFile(path))
      expect(error.code).toBe('bad-file')
      expect(error.message).toMatch(
        /^\/.* can't be read: it is a pipe or a device.* into a file, and name that\.$/,
      )
    }
  })

  it('lets go of the file when the reader stops early', async () => {
    for (const bytes of [Buffer.from(content), gzipSync(content), makeZip([{ name: 'x', content }])]) {
      const path = join(tempDir(), 'list.bin')
      writeFileSync(path, bytes)
      const stream = await openListFile(path)
      for await (const _ of stream) break
      expect(stream.destroyed).toBe(true)
      expect(existsSync(path)).toBe(true)
    }
  })
})
