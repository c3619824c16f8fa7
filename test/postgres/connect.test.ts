import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { connectPostgres } from '../../src/postgres/connect.ts'

/** A server that answers as told, and never closes a connection. */
async function serverThat(answers: (socket: Socket) => void): Promise<{ server: Server; url: string }> {
  const open: Socket[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.push(socket)
    socket.on('error', () => {})
    answers(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return { server, url: `postgres://u:p@127.0.0.1:${address.port}/d` }
}

/** `AuthenticationOk` and `ReadyForQuery`: https://www.postgresql.org/docs/current/protocol-message-formats.html. */
const welcome = Buffer.from('520000000800000000' + '5a0000000549', 'hex')

const hour = 3_600_000

it('a signal that aborted before ends it, and nobody is asked', async () => {
  let connections = 0
  const { url } = await serverThat(() => connections++)
  const asked = connectPostgres(url, { signal: AbortSignal.abort(), connectMs: hour })
  await expect(asked).rejects.toMatchObject({ code: 'aborted' })
  expect(connections).toBe(0)
})

it('a signal that aborts before the server answers ends it at once', async () => {
  const { server, url } = await serverThat(() => {})
  const ending = new AbortController()
  const asked = connectPostgres(url, { signal: ending.signal, connectMs: hour, closeMs: hour })
  await once(server, 'connection')
  ending.abort()
  await expect(asked).rejects.toMatchObject({ code: 'aborted' })
})

it('a signal that aborts while it connects ends it at once', async () => {
  const { url } = await serverThat(() => {})
  const ending = new AbortController()
  const asked = connectPostgres(url, { signal: ending.signal, connectMs: hour, closeMs: hour })
  ending.abort()
  await expect(asked).rejects.toMatchObject({ code: 'aborted' })
})

it('a signal that aborts while a query is under way ends that', async () => {
  const { url } = await serverThat((socket) => socket.once('data', () => socket.write(welcome)))
  const ending = new AbortController()
  const db = await connectPostgres(url, { signal: ending.signal, closeMs: hour })
  const answer = db.query('select 1')
  ending.abort()
  await expect(answer).rejects.toMatchObject({ code: 'aborted' })
  await db.close()
})

it('closing does not wait for a server that never parts', async () => {
  const { url } = await serverThat((socket) => socket.once('data', () => socket.write(welcome)))
  const db = await connectPostgres(url, { closeMs: 10 })
  await db.close()
})

it('knows that the server ended a connection, also without a word', async () => {
  const { server, url } = await serverThat((socket) => socket.once('data', () => socket.write(welcome)))
  const accepted = once(server, 'connection') as Promise<[Socket]>
  const db = await connectPostgres(url)
  expect(db.isClosed()).toBe(false)
  const [socket] = await accepted
  socket.end()
  await expect.poll(() => db.isClosed()).toBe(true)
  await db.close()
})
