import { describe, expect, it, onTestFinished } from 'vitest'
import { createEvmSource } from '../../../src/chains/evm/source.ts'
import { expectFailure, failure, failureAt } from './failure.ts'
import { type Handler, httpAnswer, raw, rpcError, startFakeNode } from './fake-node.ts'

describe('a node that can’t be used', () => {
  it('serves another chain', () =>
    expectFailure('open', { eth_chainId: () => '0x89' }, 'wrong-chain', /chain id 137.*chainId: 1\b/))

  it('is still syncing', () =>
    expectFailure(
      'open',
      { eth_syncing: () => ({ currentBlock: '0x10', highestBlock: '0x20' }) },
      'node-syncing',
      /block 16 of 32/,
    ))

  it('has pruned its genesis', () =>
    expectFailure('open', { eth_getBlockByNumber: () => null }, 'node-missing-data', /genesis/))

  it('has neither eth_getBlockReceipts nor single receipts', () =>
    expectFailure(
      'open',
      { eth_getBlockReceipts: rpcError(-32601, 'the method does not exist') },
      'node-missing-data',
      /fake\/v1.*eth_getBlockReceipts.*geth.*1\.13/,
    ))

  it('is not there', async () => {
    // Port 1 (tcpmux) is reserved, and nothing listens there.
    const error = await failureAt('open', 1)
    expect(error.code).toBe('node-unreachable')
    expect(error.message).toMatch(
      /127\.0\.0\.1:1 refuses connections: it does not run, or this is not its RPC port\.$/,
    )
  })

  it('does not answer in time', async () => {
    const error = await failure('open', { eth_chainId: () => raw }, 50)
    expect(error.code).toBe('node-unreachable')
    expect(error.message).toMatch(/within 50 ms/)
  })

  it('stops in the middle of a body', async () => {
    const stalls: Handler = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{"jsonrpc":"2.0","id":1,"res')
      return raw
    }
    expect((await failure('open', { eth_chainId: stalls }, 50)).code).toBe('node-unreachable')
  })

  it('hangs up', async () => {
    const hangsUp: Handler = (_, response) => {
      response.socket?.destroy()
      return raw
    }
    expect((await failure('open', { eth_chainId: hangsUp })).code).toBe('node-unreachable')
  })

  it('hangs up: it is not asked again before whoever asked knows', async () => {
    let asked = 0
    const hangsUp: Handler = (_, response) => {
      asked++
      response.socket?.destroy()
      return raw
    }
    await failure('open', { eth_chainId: hangsUp })
    expect(asked).toBe(1)
  })

  it('answers HTTP 500 beside a result: that is no answer', () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 0, result: '0x1' })
    return expectFailure('open', { eth_chainId: httpAnswer(500, body) }, 'node-unreachable', /HTTP 500/)
  })

  it.each([
    [401, 'node-auth'],
    [403, 'node-auth'],
    [429, 'node-unreachable'],
    [500, 'node-unreachable'],
    [502, 'node-unreachable'],
    [404, 'node-bad-answer'],
    [301, 'node-bad-answer'],
  ] as const)('answers HTTP %i', (status, code) =>
    expectFailure('head', { eth_getBlockByNumber: httpAnswer(status, 'no') }, code, RegExp(`HTTP ${status}`)),
  )

  it('refuses the credentials in JSON', () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: -32000, message: 'no' } })
    return expectFailure('open', { eth_chainId: httpAnswer(401, body) }, 'node-auth', /HTTP 401/)
  })
})

describe('an answer that is none', () => {
  it.each([
    ['a web page', httpAnswer(200, '<html><body>Welcome</body></html>', 'text/html')],
    ['a web page called JSON', httpAnswer(200, '<html><body>Welcome</body></html>')],
    ['truncated JSON', httpAnswer(200, '{"jsonrpc":"2.0","id":1,"result":{"number":"0x')],
    ['nothing', httpAnswer(200, '')],
    ['null', httpAnswer(200, 'null')],
    ['a list', httpAnswer(200, '[]')],
    ['a number', httpAnswer(200, '7')],
    ['an object without result', httpAnswer(200, '{}')],
    ['an error that is a text', httpAnswer(200, '{"error":"no"}')],
  ])('%s', async (_, answer) => {
    expect((await failure('block', { eth_getBlockByNumber: answer })).code).toBe('node-bad-answer')
    expect((await failure('block', { eth_getBlockReceipts: answer })).code).toBe('node-bad-answer')
  })

  it.each([
    [-32000, 'node-bad-answer'],
    [-32001, 'node-missing-data'],
    [4444, 'node-missing-data'],
    [-32005, 'node-unreachable'],
  ] as const)('JSON-RPC error %i', (code, expected) =>
    expectFailure(
      'block',
      { eth_getBlockByNumber: rpcError(code, 'some reason') },
      expected,
      RegExp(`error ${code}: some reason`),
    ),
  )

  it('repeats what the node says without URLs, secrets and control characters', async () => {
    const says = 'see http://u5er:pa55word@x/v2/pathkey1234 or pathkey1234,\u001b[31m querykey'
    const error = await failure('block', { eth_getBlockByNumber: rpcError(-32000, says) })
    expect(error.message).toContain('see (url) or (secret), (secret)')
  })
})

describe('an interrupted call', () => {
  it('says that it was', async () => {
    const controller = new AbortController()
    const node = await startFakeNode({
      eth_chainId: () => {
        controller.abort()
        return raw
      },
    })
    const source = createEvmSource({ url: node.url, chainId: 1, tokens: [] })
    onTestFinished(() => source.close())
    await expect(source.open(controller.signal)).rejects.toMatchObject({ code: 'aborted' })
  })
})
