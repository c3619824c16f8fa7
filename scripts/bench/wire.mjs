// The floor: the same HTTP client library as the program's (undici, its quickest interface), and nothing behind it.

import { isAscii } from 'node:buffer'
import { Pool } from 'undici'

/** @param options.connections as many as the program opens. @param options.auth `user:password` */
export function openWire(url, { connections, auth }) {
  const pool = new Pool(new URL(url).origin, { connections, pipelining: 1 })
  const headers = auth === undefined ? {} : { authorization: `Basic ${Buffer.from(auth).toString('base64')}` }
  const get = (path) => ({ method: 'GET', path, headers })
  const post = (body) => ({
    method: 'POST',
    path: '/',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

  /** Sends a request; every piece of the answer goes to `take`. */
  const send = (request, take) =>
    new Promise((resolve, reject) => {
      let status = 0
      pool.dispatch(request, {
        onRequestStart() {},
        onResponseStart: (_controller, code) => {
          status = code
        },
        onResponseData: (_controller, chunk) => take(chunk),
        onResponseEnd: () => (status === 200 ? resolve() : reject(new Error(`HTTP ${status}`))),
        onResponseError: (_controller, error) => reject(error),
      })
    })

  return {
    /** The bytes of an answer are counted and dropped. */
    async drop(request) {
      let bytes = 0
      await send(request, (chunk) => {
        bytes += chunk.length
      })
      return bytes
    },
    /** The answer's JSON, parsed. */
    async json(request) {
      const chunks = []
      await send(request, (chunk) => chunks.push(chunk))
      const body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)
      return JSON.parse(body.toString(isAscii(body) ? 'latin1' : 'utf8'))
    },
    get,
    post,
    close: () => pool.destroy(),
  }
}

/** Works through `from` to `to`, so many at once. */
export async function inParallel(from, to, concurrency, work) {
  let next = from
  const worker = async () => {
    while (next <= to) await work(next++)
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
}

export const rpcCall = (method, params, id = 0) => ({ jsonrpc: '2.0', id, method, params })
