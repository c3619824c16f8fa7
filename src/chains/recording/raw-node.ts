import { ChainscreenError } from '../../diagnostics/errors.ts'
import { pickJson } from '../../json/pick-json.ts'
import type { Redactor } from '../../privacy/redactor.ts'
import { JsonRpcClient } from '../node-http/json-rpc.ts'
import { type NodeAuth, NodeClient } from '../node-http/node-client.ts'

/** A JSON-RPC answer: the result's text as served, or the node's error. */
export type RawAnswer = { result: string } | { error: { code: number | null; message: string } }

/** A node as the recorder sees it: questions out, the bytes of the answers back. */
export interface RawNode {
  /** Scheme and host, safe to print. */
  readonly endpoint: string
  /** For text that the node wrote. */
  readonly redactor: Redactor
  rpc(method: string, params: readonly unknown[]): Promise<RawAnswer>
  /** The result's text; a JSON-RPC error throws `node-bad-answer`. */
  call(method: string, params: readonly unknown[]): Promise<string>
  /** The body, or `null` for a status other than 200. */
  get(path: string): Promise<Buffer | null>
  close(): Promise<void>
}

/** Traces of a large block take a node a while. */
const timeoutMs = 120_000
/** As many as blocks are recorded at once. */
const connections = 8
const busyDelayMs = 250
/** Below V8's longest string, 2^29 - 24 characters. */
const maxBytes = 511 * 1024 * 1024
/** Calls nest 1,024 deep (https://ethereum.github.io/yellowpaper/paper.pdf, section 8), each an object and a list. */
const maxDepth = 10_000

/** @throws ChainscreenError `node-unreachable`, `node-auth`, `node-bad-answer`, `aborted` */
export function openRawNode(url: string, auth?: NodeAuth, signal?: AbortSignal): RawNode {
  const limits = { timeoutMs, timeLimitMs: timeoutMs, connections, busyDelayMs, maxResponse: maxBytes }
  const client = new NodeClient({ url, auth, ...limits })
  const json = new JsonRpcClient(client)
  const { endpoint, redactor } = client

  async function rpc(method: string, params: readonly unknown[]): Promise<RawAnswer> {
    const { status, reply, text } = await json.call({ method, params }, { maxBytes, signal })
    if (status === 401 || status === 403)
      throw new ChainscreenError(
        'node-auth',
        `The node at ${endpoint} refuses the credentials (HTTP ${status}).`,
      )
    if (reply !== null && 'error' in reply) return reply
    const result = reply === null ? undefined : resultText(text)
    if (result !== undefined) return { result }
    const message = `The node at ${endpoint} answered ${method} with HTTP ${status} and no JSON-RPC answer.`
    throw new ChainscreenError('node-bad-answer', message)
  }

  return {
    endpoint,
    redactor,
    rpc,
    async call(method, params) {
      const answer = await rpc(method, params)
      if ('result' in answer) return answer.result
      const { code, message } = answer.error
      throw new ChainscreenError(
        code === -28 ? 'node-syncing' : 'node-bad-answer',
        `The node at ${endpoint} answered ${method} with error ${code ?? 'of no code'}: ${redactor.quote(message)}.`,
      )
    },
    async get(path) {
      const { status, body } = await client.get(path, maxBytes, signal)
      return status === 200 ? body : null
    },
    close: () => client.close(),
  }
}

/** The result of a reply, exactly as the node wrote it. */
function resultText(reply: string): string | undefined {
  try {
    return pickJson(reply, { result: 'raw' }, maxDepth).get('result')?.[0]
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
