import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { all } from '../../src/ledger/database.ts'
import { createApp } from '../../src/server/app.ts'
import { problemShape } from '../../src/server/problem.ts'
import { servedContext, tokenOf } from './fixtures.ts'

/** The API over a real socket. */
async function listening() {
  const context = servedContext()
  const app = await createApp(context)
  onTestFinished(() => app.close())
  const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  return { ...context, app, port: Number(url.port) }
}

/** Sends a text as it is, or byte by byte for as long as the server takes it. @returns all that it answers until it closes. */
async function send(port: number, begin: string, slowly = ''): Promise<string> {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  let text = ''
  socket.setEncoding('latin1').on('data', (data: string) => {
    text += data
  })
  socket.write(begin, 'latin1')
  let at = 0
  const drip = setInterval(() => void socket.write(slowly[at++ % slowly.length] ?? ''), 50)
  if (slowly === '') clearInterval(drip)
  await once(socket, 'close')
  clearInterval(drip)
  return text
}

/** The problem of an answer as it came over the socket. */
function problemOf(text: string) {
  const [head = '', body = ''] = text.split('\r\n\r\n')
  expect(head.toLowerCase()).toContain('content-type: application/problem+json')
  expect(head).toContain(`x-request-id: ${JSON.parse(body).requestId}`)
  return problemShape.parse(JSON.parse(body))
}

it('a request that comes byte by byte is cut off, and holds up nobody else', async () => {
  const { app, port, db, lines } = await listening()
  // As in production, and then shorter, so that the test does not wait so long.
  expect([app.server.headersTimeout, app.server.requestTimeout]).toEqual([10_000, 15_000])
  Object.assign(app.server, { headersTimeout: 200, requestTimeout: 400 })
  const token = tokenOf(db, ['screen', 'read'])
  const post = `POST /v1/screenings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-API-Key: ${token}\r\n`
  const slow = Promise.all([
    send(port, 'GET /v1/lists HTTP/1.1\r\nX-Slow: ', 'a'),
    send(port, `${post}Content-Length: 60000\r\n\r\n`, ' '),
    send(port, `${post}Transfer-Encoding: chunked\r\n\r\n`, '1\r\n \r\n'),
  ])
  const fast = await fetch(`http://127.0.0.1:${port}/v1/lists`, { headers: { 'x-api-key': token } })
  expect(fast.status).toBe(200)
  for (const text of await slow) {
    expect(text).toMatch(/^HTTP\/1\.1 408 /)
    expect(problemOf(text)).toMatchObject({ type: 'urn:chainscreen:problem:too-slow', status: 408 })
  }
  expect(all(db, 'select * from screenings')).toEqual([])
  // Strangers can not fill the log.
  expect(lines).toEqual([])
})

it.each([
  ['a header that goes on in the next line', 'X-Request-Id: a\r\n Set-Cookie: b=c\r\n', 400],
  ['a bare line feed in a header', 'X-Request-Id: a\nSet-Cookie: b=c\r\n', 400],
  ['a bare carriage return in a header', 'X-Request-Id: a\rSet-Cookie: b=c\r\n', 400],
  ['a zero byte in a header', 'X-Request-Id: a\0b\r\n', 400],
  ['two lengths', 'Content-Length: 0\r\nContent-Length: 5\r\n', 400],
  ['a length beside chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', 400],
  ['headers larger than 16 KB', `X-Large: ${'a'.repeat(20_000)}\r\n`, 431],
])('%s sets none of an answer', async (_, header, status) => {
  const { port, lines } = await listening()
  const text = await send(
    port,
    `GET /livez HTTP/1.1\r\nHost: localhost\r\n${header}Connection: close\r\n\r\n`,
  )
  expect(text.match(/^HTTP\/1\.1 /gm)).toHaveLength(1)
  expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(text.toLowerCase()).not.toContain('set-cookie')
  if (status !== 200) expect(problemOf(text).status).toBe(status)
  expect(lines).toEqual([])
})

it.each([
  '/livez%0d%0aSet-Cookie:%20a=b',
  '/v1/lists/x%0d%0aSet-Cookie:%20a=b/versions',
  '/v1/lists?x=%0d%0aSet-Cookie:%20a=b',
])('%s sets no header of an answer', async (path) => {
  const { port, db } = await listening()
  const token = tokenOf(db, ['read'])
  const text = await send(
    port,
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${token}\r\nConnection: close\r\n\r\n`,
  )
  expect(text).toMatch(/^HTTP\/1\.1 (200|400|404) /)
  expect(text.split('\r\n\r\n')[0]?.toLowerCase()).not.toContain('set-cookie')
})
