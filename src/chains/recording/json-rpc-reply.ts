/** What a replayed node says to one JSON-RPC call: the result as JSON text, or an error. */
export type ReplayAnswer = { result: Buffer } | { error: { code: number; message: string } }

/** A replayed node's methods by name. */
export type ReplayMethods = Readonly<Record<string, (params: readonly unknown[]) => ReplayAnswer>>

export function resultOf(value: unknown): ReplayAnswer {
  return { result: Buffer.from(JSON.stringify(value)) }
}

export const nullResult: ReplayAnswer = { result: Buffer.from('null') }

export function errorOf(code: number, message: string): ReplayAnswer {
  return { error: { code, message } }
}

/** Remembers what was made for a key: bodies are made once, however often they are asked for. */
export function memo<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>()
  return (key) => {
    let value = made.get(key)
    if (value === undefined) {
      value = make(key)
      made.set(key, value)
    }
    return value
  }
}

/** What goes back over HTTP. */
interface RpcReply {
  status: number
  body: Buffer
}

/**
 * `json-rpc-2`: EVM nodes. `core`: Bitcoin Core, which speaks JSON-RPC 1 (both members always there, errors with
 * an HTTP status) unless the request says `"jsonrpc":"2.0"` (src/rpc/request.cpp, src/httprpc.cpp).
 */
export type RpcDialect = 'json-rpc-2' | 'core'

/**
 * Answers the body of one HTTP request, single or batch. Only the request is parsed: results are JSON text already
 * and are spliced into the answer.
 */
export function replyToRpc(
  body: Buffer,
  dialect: RpcDialect,
  methods: ReplayMethods,
  onCall: (method: string) => void,
): RpcReply {
  let request: unknown
  try {
    request = JSON.parse(body.toString('utf8'))
  } catch {
    return one(null, true, { error: { code: -32700, message: 'Parse error' } }, dialect)
  }
  const answerOne = (call: unknown): RpcReply => {
    const { id, method, params, jsonrpc } = isObject(call) ? call : {}
    const modern = dialect === 'json-rpc-2' || jsonrpc === '2.0'
    if (typeof method !== 'string')
      return one(id, modern, { error: { code: -32600, message: 'Invalid Request' } }, dialect)
    onCall(method)
    const run = Object.hasOwn(methods, method) ? methods[method] : undefined
    const answer = run?.(Array.isArray(params) ? params : []) ?? {
      error: { code: -32601, message: 'Method not found' },
    }
    return one(id, modern, answer, dialect)
  }
  if (!Array.isArray(request)) return answerOne(request)
  const bodies = request.flatMap((call, index) => [
    Buffer.from(index === 0 ? '[' : ','),
    answerOne(call).body,
  ])
  return { status: 200, body: Buffer.concat([...bodies, Buffer.from(request.length === 0 ? '[]' : ']')]) }
}

function one(id: unknown, modern: boolean, answer: ReplayAnswer, dialect: RpcDialect): RpcReply {
  const idText = JSON.stringify(id ?? null)
  const start = modern ? '{"jsonrpc":"2.0",' : '{'
  if ('result' in answer) {
    // Core puts the id last, EVM nodes put it first; clients should care about neither.
    const [before, after] =
      dialect === 'core'
        ? [`${start}"result":`, `${modern ? '' : ',"error":null'},"id":${idText}}\n`]
        : [`${start}"id":${idText},"result":`, '}']
    return { status: 200, body: Buffer.concat([Buffer.from(before), answer.result, Buffer.from(after)]) }
  }
  const error = JSON.stringify(answer.error)
  const text = modern
    ? `${start}"error":${error},"id":${idText}}`
    : `{"result":null,"error":${error},"id":${idText}}\n`
  return { status: modern ? 200 : statusOf(answer.error.code), body: Buffer.from(text) }
}

function statusOf(code: number): number {
  if (code === -32600) return 400
  return code === -32601 ? 404 : 500
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
