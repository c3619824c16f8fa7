import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Envelope } from '../../src/events/shapes.ts'

/** A request that a receiver got. */
export interface Received {
  headers: IncomingHttpHeaders
  body: string
  event: Envelope
}

/** What a receiver answers: a status, headers; `null`: nothing, ever. */
export type Answer = { status: number; headers?: Record<string, string> } | null

/** A real HTTP server that gets webhooks. It is closed when the test ends. */
export async function receiver(answer: (event: Envelope, count: number) => Answer | Promise<Answer>) {
  const got: Received[] = []
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', async () => {
      const body = Buffer.concat(chunks).toString()
      const event = JSON.parse(body) as Envelope
      got.push({ headers: request.headers, body, event })
      const answered = await answer(event, got.length)
      if (answered !== null) response.writeHead(answered.status, answered.headers).end('ok')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
  onTestFinished(close)
  return { url: `http://127.0.0.1:${port}/hook`, port, got, close }
}
