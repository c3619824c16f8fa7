import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { JsonRpcClient } from '../../../src/chains/node-http/json-rpc.ts'
import { NodeClient, type NodeClientOptions } from '../../../src/chains/node-http/node-client.ts'

type Request = { id: number; method: string; params: unknown[] }

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** A client of a node that answers with this text, or never where it is `null`. */
async function clientOf(
  answer: (request: Request | Request[], login: string | undefined) => string | null,
  options: Partial<NodeClientOptions> = {},
  status = 200,
): Promise<JsonRpcClient> {
  const server: Server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      const text = answer(JSON.parse(body), request.headers.authorization)
      if (text !== null) response.writeHead(status, { 'retry-after': '7' }).end(text)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = `http://user:pass%40word@127.0.0.1:${port}/key`
  const node = new NodeClient({ url, timeoutMs: 10_000, connections: 1, ...options })
  closers.push(
    () => node.close(),
    () => new Promise((resolve) => server.close(resolve)),
  )
  return new JsonRpcClient(node)
}

const limits = { maxBytes: 1_000 }
const calls = [
  { method: 'a', params: [] },
  { method: 'b', params: [1] },
]

describe('a call', () => {
  it('sends the method and its parameters with the login of the URL, and hands over status and text', async () => {
    const seen: unknown[] = []
    const client = await clientOf(
      (request, login) => {
        seen.push(request, login)
        return '{"id":0,"result":{"n":0.10}}'
      },
      {},
      500,
    )
    expect(await client.call({ method: 'a', params: ['x', 1] }, limits)).toEqual({
      status: 500,
      retryAfter: '7',
      received: 28,
      text: '{"id":0,"result":{"n":0.10}}',
      isJson: true,
      reply: { result: { n: 0.1 } },
    })
    expect(seen).toEqual([
      { jsonrpc: '2.0', id: 0, method: 'a', params: ['x', 1] },
      `Basic ${Buffer.from('user:pass@word').toString('base64')}`,
    ])
  })

  it.each([
    ['{"id":0,"result":null,"error":null}', { result: null }],
    ['{"result":null,"error":{"code":-5,"message":"no"},"id":0}', { error: { code: -5, message: 'no' } }],
    ['{"id":0,"error":{"message":"no code"}}', { error: { code: null, message: 'no code' } }],
    ['{"id":0,"error":"text"}', { error: { code: null, message: '' } }],
    ['{"id":0}', null],
    ['[{"id":0,"result":1}]', null],
    ['7', null],
  ])('%s is read as %j', async (text, reply) => {
    const client = await clientOf(() => text)
    expect(await client.call({ method: 'a', params: [] }, limits)).toMatchObject({ isJson: true, reply })
  })

  it('tells text that is not JSON, or is cut short, from other answers', async () => {
    const client = await clientOf(() => '{"id":0,"result":')
    expect(await client.call({ method: 'a', params: [] }, limits)).toMatchObject({
      isJson: false,
      reply: null,
    })
  })

  it('prepares the text before it is parsed', async () => {
    const client = await clientOf(() => '{"id":0,"result":0.10}')
    const prepare = (text: string) => text.replace('0.10', '"0.10"')
    const { reply } = await client.call({ method: 'a', params: [] }, { ...limits, prepare })
    expect(reply).toEqual({ result: '0.10' })
  })

  it('ends after its time limit, though the node is not silent', async () => {
    const client = await clientOf(() => null, { timeLimitMs: 50 })
    await expect(client.call({ method: 'a', params: [] }, limits)).rejects.toMatchObject({
      code: 'node-unreachable',
      message: expect.stringContaining('did not answer a within 50 ms'),
    })
  })
})

describe('a batch', () => {
  it('pairs replies with calls by their ids, in any order', async () => {
    const client = await clientOf((requests) =>
      JSON.stringify((requests as Request[]).map(({ id, method }) => ({ id, result: method })).reverse()),
    )
    const { replies } = await client.batch(calls, limits)
    expect(replies).toEqual([{ result: 'a' }, { result: 'b' }])
  })

  it('has no reply to a call whose id is missing', async () => {
    const client = await clientOf(() => '[{"id":1,"result":2},{"id":"0","result":3}]')
    expect((await client.batch(calls, limits)).replies).toEqual([null, { result: 2 }])
  })

  it('takes nothing from an answer with more replies than calls', async () => {
    const client = await clientOf(() => '[{"id":0,"result":1},{"id":1,"result":2},{"id":2,"result":3}]')
    expect((await client.batch(calls, limits)).replies).toEqual([null, null])
  })

  it('hands over the one refusal of a node that answers it as a whole', async () => {
    const client = await clientOf(() => '{"id":null,"error":{"code":-28,"message":"starting"}}')
    expect(await client.batch(calls, limits)).toMatchObject({
      reply: { error: { code: -28, message: 'starting' } },
      replies: [null, null],
    })
  })
})
