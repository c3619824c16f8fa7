import fastify, { type FastifyReply } from 'fastify'
import { ChainscreenError, messageOf } from '../../diagnostics/errors.ts'
import { pause } from '../../lifecycle/loop.ts'
import { type ReplayMethods, type RpcDialect, replyToRpc } from './json-rpc-reply.ts'
import { loadRecording, type Recording } from './recording.ts'
import { bitcoinBlocks, bitcoinMethods, bitcoinRest, type RestAnswer } from './replay-bitcoin.ts'
import { createReplayCursor, type ReplayCursor } from './replay-cursor.ts'
import { evmMethods, evmWholes } from './replay-evm.ts'

export interface ReplayNodeOptions {
  /** The moment to play, counted from 1. Default: the last; with `advance` the first. */
  view?: number
  /** Move through the views by itself, one whole head at a time, without clocks; see `createReplayCursor`. */
  advance?: boolean
  /** Default 0: any free port. */
  port?: number
  /** Default 127.0.0.1. The node answers anybody who reaches it. */
  host?: string
  /** Waits so long before each answer. */
  latencyMs?: number
  /** EVM: false hides debug_ and trace_ methods. */
  traces?: boolean
  /** Bitcoin: false is a node without `-rest`. */
  rest?: boolean
  /** Bitcoin: false is a Core before 23.0, without `getblock 3`. */
  verbose?: boolean
  /** Bitcoin: false is a Core before 30.0, without `/rest/spenttxouts`. */
  spenttxouts?: boolean
}

export interface ReplayNode {
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string
  /** The moment it is at, counted from 1. */
  view(): number
  /** Goes to the next view; false in the last one. */
  advance(): boolean
  setView(view: number): void
  /** How often each method was called; REST as `rest/block`, `rest/spenttxouts`, … */
  requests(): Readonly<Record<string, number>>
  close(): Promise<void>
}

/**
 * Plays a recording back as the node it was recorded from, over HTTP: JSON-RPC single and batch; Bitcoin also REST.
 * No credentials are asked for.
 *
 * @throws ChainscreenError `bad-file` for a recording that can't be read, `usage` for a view it does not have,
 * `failure` where the port is taken
 * @example
 * const node = await createReplayNode('demo-evm.recording.jsonl.gz', { view: 1 })
 * // … point a chain's `rpc` at node.url …
 * node.advance() // the reorg
 * await node.close()
 */
export async function createReplayNode(
  source: Recording | string,
  options: ReplayNodeOptions = {},
): Promise<ReplayNode> {
  const recording = typeof source === 'string' ? await loadRecording(source) : source
  const { cursor, methods, dialect, rest } = nodeOf(recording, options)
  const counts: Record<string, number> = {}
  const count = (name: string) => {
    counts[name] = (counts[name] ?? 0) + 1
  }
  const server = fastify({ bodyLimit: 16 * 1024 * 1024, forceCloseConnections: true })
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  const latency = options.latencyMs ?? 0
  const send = async (reply: FastifyReply, status: number, type: string, body: Buffer | string) => {
    if (latency > 0) await pause(latency)
    return reply.code(status).header('content-type', type).send(body)
  }

  server.post('/*', (request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    const answer = replyToRpc(body, dialect, methods, count)
    return send(reply, answer.status, 'application/json', answer.body)
  })
  server.get('/*', (request, reply) => {
    const url = new URL(request.url, 'http://replay')
    const path = /^\/rest\/(.*)$/.exec(url.pathname)?.[1]
    if (path === undefined) return send(reply, 405, 'text/plain', 'JSONRPC server handles only POST requests')
    count(`rest/${path.split(/[/.]/, 1)[0]}`)
    const answer = rest(path, url.searchParams)
    return send(reply, answer.status, answer.type, answer.body)
  })

  let url: string
  try {
    url = await server.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' })
  } catch (error) {
    throw new ChainscreenError('failure', `The replay node can't listen (${messageOf(error)}).`, {
      cause: error,
    })
  }
  return {
    url,
    view: cursor.view,
    advance: cursor.advance,
    setView: cursor.setView,
    requests: () => counts,
    close: () => server.close(),
  }
}

interface Played {
  cursor: ReplayCursor
  methods: ReplayMethods
  dialect: RpcDialect
  rest: (path: string, query: URLSearchParams) => RestAnswer
}

const noRest = (): RestAnswer => ({ status: 404, type: 'text/plain', body: '' })

function nodeOf(recording: Recording, options: ReplayNodeOptions): Played {
  const { traces = true, rest = true, verbose = true, spenttxouts = true, ...place } = options
  if (recording.family === 'evm') {
    const cursor = createReplayCursor(recording, { ...place, wholes: evmWholes })
    return { cursor, methods: evmMethods(recording, cursor, traces), dialect: 'json-rpc-2', rest: noRest }
  }
  const recorded = [...recording.blocks.values()].some((block) => block.spent !== undefined)
  const spentServed = rest && spenttxouts && recorded
  // Served whole: `getblock 3`, or the raw block together with its spent outputs where they are served.
  const wholes = [['verbose'], spentServed ? ['block', 'spent'] : ['block']]
  const cursor = createReplayCursor(recording, { ...place, wholes })
  const blocks = bitcoinBlocks(recording, cursor)
  return {
    cursor,
    methods: bitcoinMethods(recording, cursor, blocks, verbose),
    dialect: 'core',
    rest: rest ? bitcoinRest(recording, cursor, blocks, spentServed) : noRest,
  }
}
