import { type FileHandle, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ask } from '../../../src/lists/fetch/ask.ts'
import { Connections } from '../../../src/lists/fetch/connections.ts'
import { download } from '../../../src/lists/fetch/download.ts'
import type { FetchRequest } from '../../../src/lists/fetch/types.ts'
import { Redactor } from '../../../src/privacy/redactor.ts'
import { tempDir } from '../../temp.ts'
import {
  answer,
  csvList,
  cutShort,
  impatient,
  type ListServer,
  listServer,
  type Reply,
  rest,
} from '../list-server.ts'
import { refusal } from '../refusal.ts'

const list = csvList(100)
const version = { etag: '"v1"' }
type Write = (file: FileHandle, chunk: Buffer, from: number, length: number, at: number) => Promise<number>

/** Downloads from a server into a file whose writes go another way. @returns what is in the file. */
async function downloading(server: ListServer, write?: Write): Promise<string> {
  const folder = tempDir()
  const path = join(folder, 'list.part')
  const file = await open(path, 'wx')
  const redactor = new Redactor('list', [server.origin])
  const connections = new Connections(impatient, redactor)
  onTestFinished(async () => {
    await file.close()
    await connections.destroy()
  })
  const request: FetchRequest = {
    ...{ url: server.origin, redirectHosts: [], maxBytes: 1_000_000, timeoutMs: 10_000, folder, known: null },
    redactor,
  }
  const signal = AbortSignal.timeout(request.timeoutMs)
  const first = await ask(new URL(request.url), request, connections, signal)
  await download(first, write === undefined ? file : writingBy(file, write), request, connections, signal)
  return readFile(path, 'utf8')
}

/** The same file, but for its writes. */
function writingBy(file: FileHandle, write: Write): FileHandle {
  return new Proxy(file, {
    get(target, name) {
      if (name !== 'write') {
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      }
      return async (buffer: Buffer, from: number, length: number, at: number) => ({
        bytesWritten: await write(target, buffer, from, length, at),
        buffer,
      })
    },
  })
}

/** An answer in chunks that breaks off. */
const chunkedCut =
  (at: number): Reply =>
  (response) => {
    response.writeHead(200, version)
    response.write(list.slice(0, at), () => response.socket?.end())
  }

describe('what is written of a download', () => {
  it('is whole where each write takes a part only', async () => {
    const server = await listServer(answer(list))
    const short: Write = async (file, chunk, from, length, at) =>
      (await file.write(chunk, from, Math.min(length, 100), at)).bytesWritten
    expect(await downloading(server, short)).toBe(list)
  })

  it('is not taken where the disk has less of it than it said', async () => {
    const server = await listServer(answer(list))
    const lossy: Write = async (file, chunk, from, length, at) => {
      await file.write(chunk, from, length - 44, at)
      return length
    }
    const error = await refusal(downloading(server, lossy))
    expect(error).toMatchObject({ code: 'disk' })
    expect(error.message).toContain(`${list.length - 44} bytes are there of ${list.length}`)
  })

  it.each(['ENOSPC: no space left on device, write', 'EFBIG: file too large, write'])(
    'fails at once with %s, which is not told of the server, nor asked on for',
    async (message) => {
      const server = await listServer(answer(list, version), rest(list, version))
      let left = 1_000
      const full: Write = async (file, chunk, from, length, at) => {
        const room = Math.min(length, left)
        left -= room
        if (room === 0)
          throw Object.assign(new Error(message), { code: message.slice(0, message.indexOf(':')) })
        return (await file.write(chunk, from, room, at)).bytesWritten
      }
      const error = await refusal(downloading(server, full))
      expect(error).toMatchObject({ code: 'disk', name: 'ChainscreenError' })
      expect(error.message).toMatch(/^The download can't be written into \/.* \(E/)
      expect(error.message).toContain(message)
      expect(error.message).not.toContain('127.0.0.1')
      expect(server.requests).toHaveLength(1)
    },
  )

  it('is never taken for more than it is where no write takes anything', async () => {
    const server = await listServer(answer(list))
    expect(await refusal(downloading(server, async () => 0))).toMatchObject({ code: 'disk' })
  })
})

describe('a body that does not say how long it is, and breaks off', () => {
  const at = list.indexOf('\n', 1_000) + 1
  const end = list.indexOf('\n', 2_000) + 1
  /** The rest as it is announced, and only the beginning of it. */
  const shortPart = (headers: Record<string, string>): Reply =>
    answer(
      list.slice(at, end),
      { ...version, 'content-range': `bytes ${at}-${list.length - 1}/${list.length}`, ...headers },
      206,
    )

  it('is whole once the parts reach the end that they name', async () => {
    const server = await listServer(chunkedCut(at), shortPart({}), rest(list, version))
    expect(await downloading(server)).toBe(list)
    expect(server.requests.map(({ headers }) => headers.range)).toEqual([
      undefined,
      `bytes=${at}-`,
      `bytes=${end}-`,
    ])
  })

  it('is not taken for whole where the part that follows is too short', async () => {
    const server = await listServer(chunkedCut(at), shortPart({}), answer('', {}, 416))
    const error = await refusal(downloading(server))
    expect(error.message).toMatch(/The download did not resume \(416\)/)
  })

  it('is not taken where the whole turns out to be larger than a list may be', async () => {
    const huge = { 'content-range': `bytes ${at}-1999999/2000000` }
    const server = await listServer(chunkedCut(at), shortPart(huge))
    expect((await refusal(downloading(server))).message).toMatch(/sends more than 1,000,000 bytes/)
  })
})

describe('a body that ends with its connection', () => {
  it.each(['chunked, identity', 'chunked\r\nTransfer-Encoding: identity', 'identity'])(
    'is refused, also as Transfer-Encoding: %s',
    async (coding) => {
      const server = await listServer((response) => {
        const head = `HTTP/1.1 200 OK\r\nTransfer-Encoding: ${coding}\r\nConnection: close\r\n\r\n`
        response.socket?.end(`${head}${list.slice(0, 1_000)}`)
      })
      expect((await refusal(downloading(server))).message).toMatch(/could not be recognised/)
    },
  )

  it('is gone on with where it has a length', async () => {
    const server = await listServer(cutShort(list, 1_000, version), rest(list, version))
    expect(await downloading(server)).toBe(list)
  })
})
