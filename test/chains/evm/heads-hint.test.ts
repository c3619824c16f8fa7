import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listenForHeads } from '../../../src/chains/evm/heads-hint.ts'
import { startAnvil } from '../../anvil.ts'

/** A WebSocket server that is silent once it shook hands (RFC 6455, 4.2.2), or from the beginning. */
async function muteServer(shakesHands: boolean): Promise<{ url: string; connections: () => number }> {
  const sockets: Duplex[] = []
  const server = createServer()
  server.on('upgrade', (request, socket: Duplex) => {
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
    const accept = createHash('sha1').update(key).digest('base64')
    if (shakesHands)
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      )
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
    const trouble: string[] = []
    await new Promise<void>((resolve) => {
      const hint = listenForHeads(server.url, {
        silenceMs: 20,
        retryMs: 1,
        onTrouble: (endpoint, reason) => {
          trouble.push(`${endpoint} ${reason}`)
          if (server.connections() >= 2) resolve()
        },
      })
      onTestFinished(() => hint.close())
    })
    expect(trouble[0]).toMatch(/^ws:\/\/127\.0\.0\.1:\d+ nothing heard for 20 ms$/)
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
