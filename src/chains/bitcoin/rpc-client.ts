import type { z } from 'zod'
import { ChainscreenError, type ErrorCode } from '../../diagnostics/errors.ts'
import type { Redactor } from '../../privacy/redactor.ts'
import { AnswerTooLarge } from '../answer-limits.ts'
import {
  JsonRpcClient,
  type RpcAnswer,
  type RpcCall,
  type RpcOptions,
  type RpcReply,
} from '../node-http/json-rpc.ts'
import { busyRetries, type NodeClient } from '../node-http/node-client.ts'

/** Answers of everything but whole blocks. */
const smallAnswerBytes = 4_000_000

/** The calls of a batch may have larger answers than 4 MB, which is the default. */
export type BatchOptions = Partial<Pick<RpcOptions, 'maxBytes' | 'prepare'>>

/** Calls of Bitcoin Core, with checked answers. */
export class RpcClient {
  readonly #node: NodeClient
  readonly #rpc: JsonRpcClient

  constructor(node: NodeClient) {
    this.#node = node
    this.#rpc = new JsonRpcClient(node)
  }

  /** For text that the node wrote. */
  get redactor(): Redactor {
    return this.#node.redactor
  }

  /**
   * One call; the answer is checked against `schema`.
   *
   * @throws RpcError where the node refuses; ChainscreenError `node-bad-answer` and those of the connection
   */
  async call<T>(call: RpcCall, schema: z.ZodType<T>, signal?: AbortSignal): Promise<T> {
    return (await this.callLarge(call, schema, { maxBytes: smallAnswerBytes, signal })).result
  }

  /**
   * One call whose answer is large or needs care: the text of the whole reply goes through `prepare` before it is parsed.
   *
   * @returns the result and the number of bytes the node sent
   */
  async callLarge<T>(
    call: RpcCall,
    schema: z.ZodType<T>,
    options: RpcOptions,
  ): Promise<{ result: T; received: number }> {
    const answer = await this.#rpc.call(call, options)
    this.#refuseStatus(answer, call.method)
    const result = this.#result(this.#replyIn(answer, call.method), call, schema)
    return { result, received: answer.received }
  }

  /**
   * Several calls in one request, answered in their order: for each the checked result or the node's refusal. Where all
   * answers together are too large, in two requests, and so on: that is no fault of the node.
   *
   * @throws AnswerTooLarge where a single one is; ChainscreenError `node-bad-answer` and those of the connection
   */
  async batch<T>(
    calls: readonly RpcCall[],
    schema: z.ZodType<T>,
    signal?: AbortSignal,
    options: BatchOptions = {},
  ): Promise<(T | RpcError)[]> {
    try {
      return await this.#batch(calls, schema, { maxBytes: smallAnswerBytes, ...options, signal })
    } catch (error) {
      if (!(error instanceof AnswerTooLarge) || calls.length < 2) throw error
    }
    const half = calls.length >> 1
    const first = await this.batch(calls.slice(0, half), schema, signal, options)
    return [...first, ...(await this.batch(calls.slice(half), schema, signal, options))]
  }

  async #batch<T>(
    calls: readonly RpcCall[],
    schema: z.ZodType<T>,
    options: RpcOptions,
  ): Promise<(T | RpcError)[]> {
    const [{ method } = { method: 'batch' }] = calls
    const answer = await this.#rpc.batch(calls, options)
    this.#refuseStatus(answer, method)
    // In warm-up the whole batch may be refused with one error object.
    if (answer.reply !== null) this.#result(answer.reply, { method }, schema)
    if (answer.replies.every((reply) => reply === null)) this.#replyIn(answer, method)
    return calls.map((call, id) => {
      const reply = answer.replies[id] ?? null
      if (reply === null) throw this.#bad(call.method, `call ${id} of a batch has no answer`)
      return refusalIn(reply, call.method, this.#node) ?? this.#result(reply, call, schema)
    })
  }

  /** A status that says more than the body: the node is overloaded, or refuses the user. */
  #refuseStatus({ status }: RpcAnswer, method: string): void {
    const { endpoint } = this.#node
    if (status === 503) {
      throw new ChainscreenError(
        'node-unreachable',
        `The node at ${endpoint} is overloaded (${method}: HTTP 503 ${busyRetries + 1} times): raise its rpcworkqueue, or lower the connections used.`,
      )
    }
    if (status === 403) throw new MethodForbidden(endpoint, method)
    if (status === 401) {
      throw new ChainscreenError(
        'node-auth',
        `The node at ${endpoint} does not accept the credentials (${method}: HTTP 401): check "cookie", or "username" and "password".`,
      )
    }
  }

  #replyIn({ reply, status, received }: RpcAnswer, method: string): RpcReply {
    if (reply !== null) return reply
    throw this.#bad(method, `HTTP ${status} with ${received} bytes that are no JSON-RPC reply`)
  }

  #result<T>(reply: RpcReply, { method }: Pick<RpcCall, 'method'>, schema: z.ZodType<T>): T {
    const refusal = refusalIn(reply, method, this.#node)
    if (refusal !== null) throw refusal
    const parsed = schema.safeParse('result' in reply ? reply.result : undefined)
    if (!parsed.success) throw this.#bad(method, firstIssue(parsed.error))
    return parsed.data
  }

  #bad(method: string, problem: string): ChainscreenError {
    return new ChainscreenError(
      'node-bad-answer',
      `The node at ${this.#node.endpoint} gave an answer to ${method} that can't be used: ${problem}.`,
    )
  }
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]
  return `${issue?.path.join('.') || 'the result'}: ${issue?.message ?? 'wrong shape'}`
}

/**
 * What Bitcoin Core's error codes mean to us. Source: src/rpc/protocol.h. -28 in warm-up; -5 unknown block; -8 height out of
 * range; -1 block pruned, or not on disk.
 */
const codes: Readonly<Record<number, ErrorCode>> = {
  [-28]: 'node-syncing',
  [-5]: 'node-missing-data',
  [-8]: 'node-missing-data',
  [-1]: 'node-missing-data',
}

/** The node understood the call and refused it. */
export class RpcError extends ChainscreenError {
  /** `null`: the node sent none. */
  readonly rpcCode: number | null

  constructor(
    { endpoint, redactor }: Pick<NodeClient, 'endpoint' | 'redactor'>,
    method: string,
    error: { code: number | null; message: string },
  ) {
    const text = redactor.quote(error.message)
    super(
      codes[error.code ?? 0] ?? 'node-bad-answer',
      error.code === -28
        ? `The node at ${endpoint} is still starting: ${text}`
        : `The node at ${endpoint} answers ${method} with error ${error.code ?? 'of no code'}: ${text}`,
    )
    this.rpcCode = error.code
  }
}

function refusalIn(reply: RpcReply, method: string, node: NodeClient): RpcError | null {
  return 'error' in reply ? new RpcError(node, method, reply.error) : null
}

/** The credentials are good, and this user may not call this method: `rpcwhitelist` leaves it out. */
class MethodForbidden extends ChainscreenError {
  constructor(endpoint: string, method: string) {
    super(
      'node-auth',
      `The node at ${endpoint} does not allow ${method} (HTTP 403): let rpcwhitelist name it for this user, and rpcallowip this machine.`,
    )
  }
}

/**
 * Whether the node does not have a method, or does not let this user call it. The credentials themselves were good.
 * -32601: RPC_METHOD_NOT_FOUND (src/rpc/protocol.h).
 */
export function isRefusedMethod(error: unknown): error is ChainscreenError {
  return error instanceof MethodForbidden || (error instanceof RpcError && error.rpcCode === -32601)
}
