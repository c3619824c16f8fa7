import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { ProblemError, problemBody } from './problem.ts'

/** Of Node's HTTP parser (https://nodejs.org/api/http.html#event-clienterror); what is not here is no HTTP. */
const refusals: Readonly<Record<string, ProblemError>> = {
  ERR_HTTP_REQUEST_TIMEOUT: new ProblemError('too-slow', 'The request did not arrive in time.'),
  HPE_HEADER_OVERFLOW: new ProblemError('headers-too-large', 'The headers are larger than 16 KB.'),
}
const noHttp = new ProblemError('invalid-request', 'The request can not be read: expected HTTP/1.1.')

/** Answers what never becomes a request, and closes the connection. Nothing is logged: anybody could fill the log. */
export function refuseUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const problem = refusals[error.code ?? ''] ?? noHttp
  const requestId = randomUUID()
  const body = problemBody(problem, requestId)
  const text = JSON.stringify(body)
  const head = [
    `HTTP/1.1 ${body.status} ${body.title}`,
    'content-type: application/problem+json',
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    `x-request-id: ${requestId}`,
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
  ]
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${text}`)
  socket.destroySoon()
}
