import { z } from 'zod'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import type { Redactor } from '../../privacy/redactor.ts'
import { AnswerTooLarge, refuseDenseJson } from '../answer-limits.ts'
import type { HttpAnswer } from '../node-http/http-client.ts'
import { MethodForbidden, type NodeClient } from './node-client.ts'
import { RpcError } from './rpc-error.ts'
import { listOf } from './rpc-schemas.ts'

export interface RpcCall {
  method: string
  params: readonly unknown[]
}

export interface BatchOptions {
  /** Default: 4 MB. */
  maxBytes?: number
  /** The text of the whole answer goes through it before it is parsed. */
  prepare?: (text: string) => string
}

const replySchema = z.object({
  id: z.number(),
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string() }).nullish(),
})

/**
 * Whether the node does not have a method, or does not let this user call it. The credentials themselves were good.
 * -32601: RPC_METHOD_NOT_FOUND (src/rpc/protocol.h).
 */
export function isRefusedMethod(error: unknown): error is ChainscreenError {
  return error instanceof MethodForbidden || (error instanceof RpcError && error.rpcCode === -32601)
}

type Reply = z.infer<typeof replySchema>

/** Answers of everything but whole blocks. */
const smallAnswerBytes = 4_000_000

/** JSON-RPC to one node. */
export class RpcClient {
  readonly #node: NodeClient

  constructor(node: NodeClient) {
    this.#node = node
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
    const body = JSON.stringify(request(call, 0))
    const answer = await this.#node.post(call.method, body, smallAnswerBytes, signal)
    const reply = this.#parse(replySchema, this.#json(answer, call.method), answer, call.method)
    return this.#result(reply, call, schema)
  }

  /**
   * One call whose answer is large or needs care: the text of the whole reply goes through `prepare` before it is parsed.
   *
   * @returns the result and the number of bytes the node sent
   */
  async callLarge<T>(
    call: RpcCall,
    schema: z.ZodType<T>,
    options: { maxBytes: number; prepare?: (text: string) => string; signal?: AbortSignal | undefined },
  ): Promise<{ result: T; received: number }> {
    const { method } = call
    const body = JSON.stringify(request(call, 0))
    const answer = await this.#node.post(method, body, options.maxBytes, options.signal)
    const json = this.#json(answer, method, options.prepare)
    const reply = this.#parse(replySchema, json, answer, call.method)
    return { result: this.#result(reply, call, schema), received: answer.body.length }
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
      return await this.#batch(calls, schema, options, signal)
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
    { maxBytes = smallAnswerBytes, prepare }: BatchOptions,
    signal?: AbortSignal,
  ): Promise<(T | RpcError)[]> {
    const names = calls[0]?.method ?? 'batch'
    const answer = await this.#node.post(names, JSON.stringify(calls.map(request)), maxBytes, signal)
    const json = this.#json(answer, names, prepare)
    // In warm-up the whole batch may be refused with one error object.
    if (!Array.isArray(json)) this.#refuse(this.#parse(replySchema, json, answer, names), names)
    const replies = this.#parse(listOf(replySchema, calls.length), json, answer, names)
    const byId = new Map(replies.map((reply) => [reply.id, reply]))
    return calls.map((call, id) => {
      const reply = byId.get(id)
      if (reply === undefined) throw this.#bad(call.method, `call ${id} of a batch has no answer`)
      return reply.error
        ? new RpcError(this.#node, call.method, reply.error)
        : this.#result(reply, call, schema)
    })
  }

  #json({ body }: HttpAnswer, method: string, prepare?: (text: string) => string): unknown {
    refuseDenseJson(body, this.#node.endpoint, method)
    const text = body.toString()
    return parseJson(prepare === undefined ? text : prepare(text))
  }

  #result<T>(reply: Reply, { method }: RpcCall, schema: z.ZodType<T>): T {
    this.#refuse(reply, method)
    const parsed = schema.safeParse(reply.result)
    if (!parsed.success) throw this.#bad(method, firstIssue(parsed.error))
    return parsed.data
  }

  #refuse({ error }: Reply, method: string): void {
    if (error) throw new RpcError(this.#node, method, error)
  }

  #parse<T>(schema: z.ZodType<T>, json: unknown, answer: HttpAnswer, method: string): T {
    const parsed = schema.safeParse(json)
    if (parsed.success) return parsed.data
    throw this.#bad(
      method,
      `HTTP ${answer.status} with ${answer.body.length} bytes that are no JSON-RPC reply`,
    )
  }

  #bad(method: string, problem: string): ChainscreenError {
    return new ChainscreenError(
      'node-bad-answer',
      `The node at ${this.#node.endpoint} gave an answer to ${method} that can't be used: ${problem}.`,
    )
  }
}

function request({ method, params }: RpcCall, id: number) {
  return { jsonrpc: '2.0', id, method, params }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]
  return `${issue?.path.join('.') || 'the result'}: ${issue?.message ?? 'wrong shape'}`
}
