import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { deflateRawSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listenForHeads } from '../../../src/chains/evm/heads-hint.ts'
import { startAnvil } from '../../anvil.ts'

/** A WebSocket server that is silent once it shook hands (RFC 6455, 4.2.2), or from the beginning. */
async function muteServer(
  shakesHands: boolean,
  says?: Buffer,
): Promise<{ url: string; connections: () => number }> {
  const sockets: Duplex[] = []
  const server = createServer()
  server.on('upgrade', (request, socket: Duplex) => {
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
    const accept = createHash('sha1').update(key).digest('base64')
    if (shakesHands)
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${says ? 'Sec-WebSocket-Extensions: permessage-deflate\r\n' : ''}\r\n`,
      )
    if (says !== undefined) socket.write(says)
    socket.on('error', () => {})
    sockets.push(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {
    url: `ws://user:secret@127.0.0.1:${(server.address() as AddressInfo).port}/key`,
    connections: () => sockets.length,
  }
}

/** A text frame (RFC 6455, 5.2); the first reserved bit says that it is compressed (RFC 7692, 6). */
function frame(payload: Buffer, compressed: boolean): Buffer {
  const head = Buffer.alloc(10)
  head[0] = 0x81 | (compressed ? 0x40 : 0)
  head[1] = 127
  head.writeBigUInt64BE(BigInt(payload.length), 2)
  return Buffer.concat([head, payload])
}

describe('the announcements of a node', () => {
  it('wake whoever waits when a block is mined', async () => {
    const anvil = await startAnvil()
    onTestFinished(() => anvil.stop())
    const hint = listenForHeads(anvil.url.replace('http', 'ws'))
    onTestFinished(() => hint.close())
    // The first announcement is the answer to the subscription itself.
    await hint.next(new AbortController().signal)
    const next = hint.next(new AbortController().signal)
    await anvil.rpc('evm_mine')
    await expect(next).resolves.toBeUndefined()
  })

  it.each([
    ['open and mute', true],
    ['never opened', false],
  ])('are given up when the socket is %s, and asked for anew', async (_name, shakesHands) => {
    const server = await muteServer(shakesHands)
    const failure: string[] = []
    await new Promise<void>((resolve) => {
      const hint = listenForHeads(server.url, {
        silenceMs: 20,
        retryMs: 1,
        onFailure: (endpoint, reason) => {
          failure.push(`${endpoint} ${reason}`)
          if (server.connections() >= 2) resolve()
        },
      })
      onTestFinished(() => hint.close())
    })
    expect(failure[0]).toMatch(/^ws:\/\/127\.0\.0\.1:\d+ nothing heard for 20 ms$/)
  })

  it.each([
    ['as it is', (): Buffer => frame(Buffer.alloc(2 * 1024 * 1024, 'a'), false)],
    ['compressed', (): Buffer => frame(deflateRawSync(Buffer.alloc(64 * 1024 * 1024, 'a')), true)],
  ])('end the connection when one is far larger than a header, %s', async (_, message) => {
    const server = await muteServer(true, message())
    const announced: string[] = []
    await new Promise<void>((resolve) => {
      const hint = listenForHeads(server.url, {
        retryMs: 1,
        onFailure: (endpoint, reason) => {
          announced.push(`${endpoint} ${reason}`)
          resolve()
        },
      })
      onTestFinished(() => hint.close())
    })
    expect(announced[0]).toMatch(
      /^ws:\/\/127\.0\.0\.1:\d+ (the connection failed|the node closed the connection)$/,
    )
  })

  it('stop being waited for when the follower stops', async () => {
    const server = await muteServer(true)
    const hint = listenForHeads(server.url)
    const stop = new AbortController()
    const waiting = hint.next(stop.signal)
    stop.abort()
    await expect(waiting).resolves.toBeUndefined()
    hint.close()
  })
})
