import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import { blockOf, hash, type TxSketch } from './build.ts'

/** Answers one call: what it returns is the `result`; or it writes the response itself and returns `raw`. */
export type Handler = (params: readonly unknown[], response: ServerResponse) => unknown

export const raw = Symbol('the handler wrote the response itself')

export interface FakeNode {
  /** Without credentials. */
  url: string
  port: number
  /** Method and first parameter of each call, in order. */
  calls: string[]
  /** What the last call sent as its authorization. */
  authorization: string | undefined
}

/** The methods of a healthy node of chain 1 that serves one block at every height and tag; as block 0 it says that it is that. */
export function healthyNode(sketches: readonly TxSketch[] = [{}, {}]): Record<string, Handler> {
  const { block, receipts } = blockOf(sketches)
  return {
    eth_chainId: () => '0x1',
    eth_syncing: () => false,
    web3_clientVersion: () => 'fake/v1',
    eth_getBlockByNumber: ([asked, full]) => ({
      ...block,
      number: asked === '0x0' ? '0x0' : block.number,
      transactions: full ? block.transactions : block.transactions.map((tx) => tx.hash),
    }),
    eth_getBlockByHash: ([asked]) => (asked === block.hash ? block : null),
    eth_getBlockReceipts: () => receipts,
  }
}

export const healthyBlockHash = hash(0xb10c)

/** An error as JSON-RPC has it. */
export function rpcError(code: number, message: string): Handler {
  return (_, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code, message } }))
    return raw
  }
}

/** Any status, content type and body. */
export function httpAnswer(status: number, body: string, type = 'application/json'): Handler {
  return (_, response) => {
    response.writeHead(status, { 'content-type': type })
    response.end(body)
    return raw
  }
}

/** A JSON-RPC node on loopback that answers as told; gone when the test ends. Unknown methods answer -32601, and so do batches unless it takes them. */
export async function startFakeNode(
  handlers: Record<string, Handler>,
  options: { batches?: boolean } = {},
): Promise<FakeNode> {
  const node: FakeNode = { url: '', port: 0, calls: [], authorization: undefined }
  const server = createServer(async (request, response) => {
    node.authorization = request.headers.authorization
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const asked = JSON.parse(Buffer.concat(chunks).toString())
    if (Array.isArray(asked) && options.batches) {
      const answers = asked.map(async ({ id, method, params }) => {
        node.calls.push(`batch ${[method, params[0]].join(' ')}`)
        return { jsonrpc: '2.0', id, result: await handlers[method]?.(params, response) }
      })
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(await Promise.all(answers)))
      return
    }
    const { id, method, params = [] } = asked
    node.calls.push([method, params[0]].filter((part) => part !== undefined).join(' '))
    const handler = handlers[method] ?? rpcError(-32601, `the method ${method} does not exist`)
    const result = await handler(params, response)
    if (result === raw) return
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('not listening')
  node.port = address.port
  node.url = `http://127.0.0.1:${address.port}`
  return node
}
