import { Agent, WebSocket } from 'undici'
import { redactUrl } from '../../diagnostics/errors.ts'
import { startLoop } from '../../lifecycle/loop.ts'
import { retryDelayMs } from '../../network/retry.ts'
import type { ChainSource } from '../source.ts'

export interface HeadsHint {
  /** Resolves at the next announcement of a head. */
  next(signal: AbortSignal): Promise<void>
  close(): void
}

export interface HeadsHintOptions {
  /** A socket that says nothing for so long is dead, whatever it claims; default 2 minutes. */
  silenceMs?: number
  /** Between attempts to connect, doubled up to a minute; default 1 s. */
  retryMs?: number
  onFailure?: (endpoint: string, reason: string) => void
}

const longestRetryMs = 60_000
/** An announcement is a header; more, also once it is decompressed, ends the connection. */
const maxMessage = 1024 * 1024

/**
 * Listens to `eth_subscribe newHeads` of a node. Only a hint that it is worth asking for the head: announcements are
 * not read, can be lost, and come in any order after a reorg. While the socket is down, polling goes on as ever.
 *
 * @param url `ws://` or `wss://`; may hold credentials, which are never printed.
 */
export function listenForHeads(url: string, options: HeadsHintOptions = {}): HeadsHint {
  const { silenceMs = 120_000, retryMs = 1_000 } = options
  const dispatcher = new Agent({ webSocket: { maxPayloadSize: maxMessage } })
  const waiting = new Set<() => void>()
  const announce = () => {
    for (const go of waiting) go()
  }

  /** One connection, from its beginning to its end. @returns why it ended. */
  const listen = (signal: AbortSignal): Promise<string> =>
    new Promise((resolve) => {
      const socket = new WebSocket(url, { dispatcher })
      let deadMan: NodeJS.Timeout | undefined
      let ended = false
      // The first reason is the one: closing a socket that is not open yet is itself reported as an error, at once.
      const end = (reason: string) => {
        if (ended) return
        ended = true
        clearTimeout(deadMan)
        signal.removeEventListener('abort', stopped)
        resolve(reason)
        socket.close()
      }
      const alive = () => {
        if (ended) return
        clearTimeout(deadMan)
        deadMan = setTimeout(() => end(`nothing heard for ${silenceMs} ms`), silenceMs)
      }
      const stopped = () => end('closed')
      signal.addEventListener('abort', stopped)
      socket.addEventListener('open', () => {
        alive()
        socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_subscribe', params: ['newHeads'] }))
      })
      socket.addEventListener('message', () => {
        alive()
        announce()
      })
      socket.addEventListener('error', () => end('the connection failed'))
      socket.addEventListener('close', () => end('the node closed the connection'))
      alive()
    })

  let failures = 0
  const loop = startLoop(async (signal) => {
    const began = performance.now()
    const reason = await listen(signal)
    if (signal.aborted) return null
    options.onFailure?.(redactUrl(url), reason)
    // A connection that held for a while was a good one: the next attempt is the first again.
    failures = performance.now() - began > longestRetryMs ? 0 : failures + 1
    return retryDelayMs({ firstMs: retryMs, longestMs: longestRetryMs }, failures + 1)
  })

  return {
    next: (signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve()
        const go = () => {
          waiting.delete(go)
          signal.removeEventListener('abort', go)
          resolve()
        }
        signal.addEventListener('abort', go)
        waiting.add(go)
      }),
    close: () => {
      void loop.stop()
      announce()
      void dispatcher.destroy()
    },
  }
}

/** A source that wakes its follower when the node announces a head. @param wsUrl as for {@link listenForHeads}. */
export function withHeadsHint(
  source: ChainSource,
  wsUrl: string,
  options: HeadsHintOptions = {},
): ChainSource {
  let hint: HeadsHint | undefined
  return {
    ...source,
    async open(signal) {
      const info = await source.open(signal)
      hint ??= listenForHeads(wsUrl, options)
      return info
    },
    waitForHead: async (_current, signal) => {
      await hint?.next(signal)
    },
    close: async () => {
      hint?.close()
      await source.close()
    },
  }
}
