import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { BuiltBlock } from './build-block.ts'

export type NodeBlock = Omit<BuiltBlock, 'txids' | 'hexes'>

export interface Reply {
  status: number
  body: string | Buffer
}

/** What a fake Bitcoin Core is, and what is wrong with it. Tests change it while it runs. */
export interface FakeNodeState {
  /** The best chain, from height 0. */
  chain: readonly NodeBlock[]
  /** Blocks beside the best chain. */
  stale?: readonly NodeBlock[]
  /** `-rest=1` on Core 30 or later. Default true. */
  rest?: boolean
  /** Serves blocks, and can't say what they spend. */
  noUndo?: boolean
  /** Bitcoin Core with a `rev` file that is gone: `getblock 3` is an error, and no answer without `prevout`. */
  undoUnreadable?: boolean
  /** The only RPC methods that this user may call (`rpcwhitelist`). */
  whitelist?: readonly string[]
  /** `-txindex=1`: the transactions it has, as hex by id. */
  txindex?: ReadonlyMap<string, string>
  /** Transactions that wait, as hex by id. */
  mempool?: ReadonlyMap<string, string>
  /** Unspent outputs of blocks by `txid:n`, each as `gettxout` answers it. */
  coins?: ReadonlyMap<string, object>
  /** Its saved mempool is still being read. */
  mempoolLoading?: boolean
  /** `user:password` it demands for RPC. */
  credentials?: string
  chainName?: string
  /** The first block that is not pruned. */
  pruneHeight?: number
  signetChallenge?: string
  headers?: number
  initialBlockDownload?: boolean
  /** Answers RPC with error -28. */
  warmingUp?: boolean
  /** So many requests get a 503 first. */
  busyFor?: number
  /** What it tells of a header in place of what is true; `undefined`: that it has none. */
  otherHeader?: ((header: Record<string, unknown>) => object | undefined) | undefined
  /** Has `waitfornewblock` as Bitcoin Core 30 has it: holds the answer back until its tip is another, or the time is over. */
  waits?: boolean
  /** `-rpcthreads=1`: one RPC request is answered at a time, the others wait. */
  oneThread?: boolean
  /** Answers instead of the node, for the requests it wants: `GET /rest/…` or the RPC method. */
  intercept?: (request: string, params: readonly unknown[]) => Reply | undefined
}

export interface FakeNode {
  url: string
  state: FakeNodeState
  /** Every request: `GET /rest/…`, or RPC method and parameters; a batch is one entry, joined by `; `. */
  requests: string[]
  close(): Promise<void>
}

/** Serves a chain on loopback like Bitcoin Core, until the test ends; on a port of its own where none is given. */
export async function startFakeNode(state: FakeNodeState, at = 0): Promise<FakeNode> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    void answer(state, requests, request, response)
  })
  await new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve))
  onTestFinished(() => stop(server))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, state, requests, close: () => stop(server) }
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}

async function answer(
  state: FakeNodeState,
  requests: string[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const body = Buffer.concat(chunks).toString()
  const serve = () => rpc(state, requests, request.headers.authorization, body, response)
  const reply =
    request.method === 'GET'
      ? rest(state, requests, request.url ?? '')
      : await (state.oneThread ? inTurn(state, serve) : serve())
  response.writeHead(reply.status, { 'content-length': Buffer.byteLength(reply.body) })
  response.end(reply.body)
}

const busy = new WeakMap<FakeNodeState, Promise<unknown>>()

/** After every request that came before. */
function inTurn(state: FakeNodeState, serve: () => Promise<Reply>): Promise<Reply> {
  const turn = (busy.get(state) ?? Promise.resolve()).then(serve)
  busy.set(state, turn)
  return turn
}

/** Like Core, but that it sees when nobody waits any more. */
async function otherTip(
  state: FakeNodeState,
  { params }: RpcRequest,
  response: ServerResponse,
): Promise<void> {
  const until = performance.now() + Number(params[0])
  while (state.chain.at(-1)?.hash === params[1] && performance.now() < until && !response.destroyed)
    await new Promise((resolve) => setTimeout(resolve, 2))
}

function rest(state: FakeNodeState, requests: string[], path: string): Reply {
  requests.push(`GET ${path}`)
  const busy = busyReply(state)
  if (busy !== undefined) return busy
  const intercepted = state.intercept?.(`GET ${path}`, [])
  if (intercepted !== undefined) return intercepted
  const [, kind, hash = ''] = /^\/rest\/(block|spenttxouts)\/([0-9a-f]{64})\.bin$/.exec(path) ?? []
  if (state.rest === false || kind === undefined) return { status: 404, body: '' }
  const block = find(state, hash)
  if (block === undefined) return { status: 404, body: `${hash} not found\r\n` }
  if (kind === 'block') return { status: 200, body: block.block }
  return state.noUndo || state.undoUnreadable
    ? { status: 404, body: `${hash} undo not available\r\n` }
    : { status: 200, body: block.spent }
}

async function rpc(
  state: FakeNodeState,
  requests: string[],
  authorization: string | undefined,
  body: string,
  response: ServerResponse,
): Promise<Reply> {
  const json: RpcRequest | RpcRequest[] = JSON.parse(body)
  const calls = Array.isArray(json) ? json : [json]
  requests.push(calls.map(({ method, params }) => [method, ...params].join(' ')).join('; '))
  const [first] = calls
  if (state.waits && first?.method === 'waitfornewblock') await otherTip(state, first, response)
  if (state.credentials !== undefined) {
    const expected = `Basic ${Buffer.from(state.credentials).toString('base64')}`
    if (authorization !== expected) return { status: 401, body: '' }
  }
  const busy = busyReply(state)
  if (busy !== undefined) return busy
  if (state.whitelist && calls.some(({ method }) => !state.whitelist?.includes(method)))
    return { status: 403, body: '' }
  for (const { method, params } of calls) {
    const intercepted = state.intercept?.(method, params)
    if (intercepted !== undefined) return intercepted
  }
  const replies = calls.map((call) => `{"jsonrpc":"2.0","id":${call.id},${outcome(state, call)}}`)
  return { status: 200, body: Array.isArray(json) ? `[${replies.join(',')}]` : replies.join() }
}

function busyReply(state: FakeNodeState): Reply | undefined {
  if ((state.busyFor ?? 0) <= 0) return undefined
  state.busyFor = (state.busyFor ?? 0) - 1
  return { status: 503, body: 'Work queue depth exceeded' }
}

interface RpcRequest {
  id: number
  method: string
  params: readonly unknown[]
}

function outcome(state: FakeNodeState, { method, params }: RpcRequest): string {
  if (state.warmingUp) return failed(-28, 'Verifying blocks…')
  const [first] = params
  const tip = state.chain.at(-1)
  if (method === 'getblockchaininfo') {
    const blocks = state.chain.length - 1
    return result({
      chain: state.chainName ?? 'regtest',
      blocks,
      headers: state.headers ?? blocks,
      bestblockhash: tip?.hash,
      initialblockdownload: state.initialBlockDownload ?? false,
      pruned: state.pruneHeight !== undefined,
      ...(state.pruneHeight !== undefined && { pruneheight: state.pruneHeight }),
      ...(state.signetChallenge !== undefined && { signet_challenge: state.signetChallenge }),
    })
  }
  if (method === 'waitfornewblock' && state.waits)
    return result({ hash: tip?.hash, height: state.chain.length - 1 })
  if (method === 'getnetworkinfo') return result({ subversion: '/Satoshi:30.0.0/' })
  if (method === 'getblockhash') {
    const block = state.chain[Number(first)]
    return block === undefined ? failed(-8, 'Block height out of range') : result(block.hash)
  }
  if (method === 'getindexinfo') {
    const synced = { synced: true, best_block_height: state.chain.length - 1 }
    return result(state.txindex === undefined ? {} : { txindex: synced })
  }
  if (method === 'getrawtransaction') {
    const hex = state.mempool?.get(String(first)) ?? state.txindex?.get(String(first))
    return hex === undefined ? failed(-5, 'No such mempool or blockchain transaction') : result(hex)
  }
  if (method === 'getbestblockhash') return result(tip?.hash)
  if (method === 'getmempoolinfo') return result({ loaded: state.mempoolLoading !== true })
  if (method === 'getrawmempool') return result([...(state.mempool?.keys() ?? [])])
  if (method === 'gettxout') {
    // With the mempool, a coin that is spent in it is none: whoever asks so is told nothing.
    const coin = params[2] === false ? state.coins?.get(`${String(first)}:${String(params[1])}`) : undefined
    return coin === undefined ? result(null) : result(coin)
  }
  if (method !== 'getblock' && method !== 'getblockheader') return failed(-32601, 'Method not found')
  const block = find(state, String(first))
  if (block === undefined) return failed(-5, 'Block not found')
  if (method === 'getblock') {
    if (params[1] === 0) return result(block.block.toString('hex'))
    if (state.undoUnreadable) {
      const words =
        "Undo data expected but can't be read. This could be due to pruning or a conflict with a pruning event."
      return failed(-32603, words)
    }
    return `"result":${state.noUndo ? block.verbose.replaceAll('"prevout"', '"gone"') : block.verbose}`
  }
  const { hash, height, time, parentHash } = block
  const previous = height === 0 ? {} : { previousblockhash: parentHash }
  const header = { hash, height, time, ...previous, ...headerFields(block.block) }
  const told = state.otherHeader === undefined ? header : state.otherHeader(header)
  return told === undefined ? failed(-5, 'Block not found') : result(told)
}

/** As `getblockheader` tells them. */
function headerFields(block: Buffer): object {
  const text = (from: number, to: number) => Buffer.from(block.subarray(from, to)).reverse().toString('hex')
  return {
    version: block.readInt32LE(0),
    ...{ merkleroot: text(36, 68), bits: text(72, 76), nonce: block.readUInt32LE(76) },
  }
}

function find(state: FakeNodeState, hash: string): NodeBlock | undefined {
  return [...state.chain, ...(state.stale ?? [])].find((block) => block.hash === hash)
}

const result = (value: unknown): string => `"result":${JSON.stringify(value)}`

const failed = (code: number, message: string): string =>
  `"result":null,"error":${JSON.stringify({ code, message })}`
