import { isAscii } from 'node:buffer'
import { refuseDenseJson } from '../answer-limits.ts'
import type { NodeClient } from './node-client.ts'

/** A method with its parameters. */
export interface RpcCall {
  method: string
  params: readonly unknown[]
}

/** What a node replied to one call: its result, or why it refuses. */
export type RpcReply = { result: unknown } | { error: { code: number | null; message: string } }

/** An answer over HTTP, whatever its status. */
export interface RpcAnswer {
  status: number
  /** The header of this name. */
  retryAfter: string | null
  /** Bytes of the body. */
  received: number
  /** The body. */
  text: string
  /** Whether that is JSON at all. */
  isJson: boolean
  /** The reply to a call that was sent alone, or the one object that a node answered a batch with. `null`: it is none. */
  reply: RpcReply | null
}

export interface RpcOptions {
  maxBytes: number
  signal?: AbortSignal | undefined
  /** The text of the whole answer goes through it before it is parsed. */
  prepare?: ((text: string) => string) | undefined
}

/**
 * JSON-RPC 2.0 to one node of any chain (https://www.jsonrpc.org/specification). Says what was answered; what that means, and
 * what is worth asking again, is for each chain family to say.
 */
export class JsonRpcClient {
  readonly #node: NodeClient

  constructor(node: NodeClient) {
    this.#node = node
  }

  /** @throws ChainscreenError `node-bad-answer` (too large, too dense), and those of {@link NodeClient.post} */
  async call(call: RpcCall, options: RpcOptions): Promise<RpcAnswer> {
    const { json, answer } = await this.#send(call.method, requestOf(call, 0), options)
    return { ...answer, reply: readReply(json) }
  }

  /**
   * Several calls in one request.
   *
   * @returns replies in the order of the calls, paired by their ids; `null` for a call without one. Throws as {@link call}.
   */
  async batch(
    calls: readonly RpcCall[],
    options: RpcOptions,
  ): Promise<RpcAnswer & { replies: readonly (RpcReply | null)[] }> {
    const { json, answer } = await this.#send(calls[0]?.method ?? 'batch', calls.map(requestOf), options)
    const byId = new Map<unknown, unknown>()
    // What nobody asked for is no answer to it.
    const items = Array.isArray(json) && json.length <= calls.length ? json : []
    for (const item of items) if (isObject(item)) byId.set(item.id, item)
    const replies = calls.map((_, id) => readReply(byId.get(id)))
    return { ...answer, reply: Array.isArray(json) ? null : readReply(json), replies }
  }

  async #send(method: string, request: unknown, { maxBytes, signal, prepare }: RpcOptions) {
    const sent = await this.#node.post(method, JSON.stringify(request), maxBytes, signal)
    const { status, retryAfter, body } = sent
    const received = body.length
    refuseDenseJson(body, this.#node.endpoint, method)
    // JSON of nodes is ASCII but for the rarest: as latin1 it is text at once.
    const text = body.toString(isAscii(body) ? 'latin1' : 'utf8')
    this.#node.giveBack(body)
    const json = parseJson(prepare === undefined ? text : prepare(text))
    return { json, answer: { status, retryAfter, received, text, isJson: json !== undefined } }
  }
}

function requestOf({ method, params }: RpcCall, id: number) {
  return { jsonrpc: '2.0', id, method, params }
}

/** Nodes of JSON-RPC 1.0, such as Bitcoin Core before 28, send both members, one of them `null`. */
function readReply(value: unknown): RpcReply | null {
  if (!isObject(value)) return null
  const { error } = value
  if (error === undefined || error === null)
    return value.result === undefined ? null : { result: value.result }
  const { code, message } = isObject(error) ? error : {}
  return {
    error: {
      code: typeof code === 'number' ? code : null,
      message: typeof message === 'string' ? message : '',
    },
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `undefined`, which no JSON is, where the text is none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
