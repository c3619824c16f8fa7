import { describe, expect, it, onTestFinished } from 'vitest'
import { transferTopic } from '../../../src/chains/evm/extract/topics.ts'
import { createEvmSource } from '../../../src/chains/evm/source.ts'
import { ChainscreenError, type ErrorCode } from '../../../src/errors.ts'
import { address, blockOf, hash, log, topic } from './build.ts'
import { type Handler, healthyNode, httpAnswer, raw, rpcError, startFakeNode } from './fake-node.ts'

type Call = 'open' | 'block' | 'head'

/** Makes the call against a healthy node with these changes, through a URL full of secrets; gives the error. */
async function failure(call: Call, changes: Record<string, Handler>, timeoutMs = 30_000) {
  const node = await startFakeNode({ ...healthyNode(), ...changes })
  return failureAt(call, node.port, timeoutMs)
}

async function failureAt(call: Call, port: number, fetchTimeoutMs = 30_000): Promise<ChainscreenError> {
  const url = `http://u5er:pa55word@127.0.0.1:${port}/v2/pathkey1234?apikey=querykey`
  const source = createEvmSource({ url, chainId: 1, tokens: [], fetchTimeoutMs })
  onTestFinished(() => source.close())
  const done = call === 'block' ? source.block(7) : source[call]()
  const error = await done.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ChainscreenError)) throw new Error(`no ChainscreenError, but ${error}`)
  for (const text of [error.message, error.stack ?? '', ...error.details, JSON.stringify(error.cause) ?? ''])
    expect(text).not.toMatch(/u5er|pa55word|pathkey|querykey|dTVlcjpwYTU1d29yZA/)
  return error
}

async function expectFailure(call: Call, changes: Record<string, Handler>, code: ErrorCode, text: RegExp) {
  const error = await failure(call, changes)
  expect(error.message).toMatch(text)
  expect(error.code).toBe(code)
}

const { block, receipts } = blockOf([{}, {}])
const changed = <T extends object>(list: readonly T[], change: object): unknown[] =>
  list.map((item, i) => (i === 1 ? { ...item, ...change } : item))
const transfer = [transferTopic]
const badBlock = (change: object): Record<string, Handler> => ({
  eth_getBlockByNumber: () => ({ ...block, ...change }),
})
const badReceipts = (answer: unknown): Record<string, Handler> => ({ eth_getBlockReceipts: () => answer })

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

  it('has no eth_getBlockReceipts', () =>
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
    expect(error.message).toMatch(/127\.0\.0\.1:1 .*eth_chainId \(ECONNREFUSED\)/)
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
    expect(error.message).toContain('see (url) or (secret), [31m (secret)')
  })
})

describe('four different answers for a block', () => {
  it('null is data that the node does not have', () =>
    expectFailure('block', { eth_getBlockByNumber: () => null }, 'node-missing-data', /null for block 7/))

  it('null for receipts too', () =>
    expectFailure('block', badReceipts(null), 'node-missing-data', /receipts of block 7/))

  it('no receipts for a block with transactions is a bad answer', () =>
    expectFailure('block', badReceipts([]), 'node-bad-answer', /0 receipts.*2 transactions/))

  it('no receipts for an empty block is what they are', async () => {
    const node = await startFakeNode(healthyNode([]))
    const source = createEvmSource({ url: node.url, chainId: 1, tokens: [] })
    onTestFinished(() => source.close())
    expect(await source.block(7)).toMatchObject({ height: 7 })
  })
})

describe('receipts that do not belong to the block', () => {
  it.each([
    ['too many', [...receipts, receipts[0]], /3 receipts/],
    ['of another block', changed(receipts, { blockHash: hash(0xbad) }), /\[1\]\.blockHash/],
    ['out of order', [...receipts].reverse(), /\[0\]\.transactionHash/],
    ['without logs', changed(receipts, { logs: null }), /\[1\]\.logs/],
    ['without status', changed(receipts, { status: undefined }), /\[1\]\.status/],
    ['with an unknown status', changed(receipts, { status: '0x2' }), /\[1\]\.status/],
    ['with a bad contract', changed(receipts, { contractAddress: '0x12' }), /\[1\]\.contractAddress/],
    ['of no object', [receipts[0], null], /\[1\]/],
    ['in an object', {}, /list of receipts/],
  ])('%s', (_, answer, text) => expectFailure('block', badReceipts(answer), 'node-bad-answer', text))

  it.each([
    ['address', { ...log(address(1), transfer), address: `0x${'g'.repeat(40)}` }, /\.logs\[0\]\.address/],
    ['topics', { ...log(address(1), transfer), topics: 'none' }, /\.logs\[0\]\.topics/],
    ['five topics', log(address(1), Array(5).fill(hash(1))), /\.logs\[0\]\.topics/],
    ['a short topic', log(address(1), [...transfer, topic(address(1)).slice(0, -2)]), /\.topics\[1\]/],
    ['a first topic', log(address(1), ['0x12']), /\.topics\[0\]/],
    ['data', { ...log(address(1), transfer), data: null }, /\.logs\[0\]\.data/],
    ['null', null, /\.logs\[0\]/],
  ])('a log with bad %s', (_, bad, text) =>
    expectFailure('block', badReceipts(changed(receipts, { logs: [bad] })), 'node-bad-answer', text),
  )

  it('a creation that got value and names no contract', () => {
    const created = blockOf([{ to: null, value: '0x5' }])
    return expectFailure(
      'block',
      { eth_getBlockByNumber: () => created.block, eth_getBlockReceipts: () => created.receipts },
      'node-bad-answer',
      /contractAddress/,
    )
  })
})

describe('a block of the wrong shape', () => {
  const bad = (change: object) => ({ transactions: changed(block.transactions, change) })
  it.each([
    ['height', { number: '0x8' }, /number = 0x8, expected 0x7/],
    ['pending', { hash: null }, /hash = null/],
    ['parent', { parentHash: '0x' }, /parentHash/],
    ['time', { timestamp: 1700000000 }, /timestamp = 1700000000/],
    ['time beyond exact numbers', { timestamp: `0x${'f'.repeat(20)}` }, /timestamp/],
    ['transactions', { transactions: undefined }, /transactions/],
    ['transaction hashes only', { transactions: [hash(1), hash(2)] }, /transactions\[0\]/],
    ['sender', bad({ from: '0x1' }), /transactions\[1\]\.from/],
    ['receiver', bad({ to: 5 }), /transactions\[1\]\.to/],
    ['value', bad({ value: 5 }), /transactions\[1\]\.value/],
    ['input', bad({ input: null }), /transactions\[1\]\.input/],
    ['transaction of another block', bad({ blockHash: hash(0xbad) }), /transactions\[1\]\.blockHash/],
    ['withdrawals', { withdrawals: {} }, /withdrawals/],
    ['a withdrawal', { withdrawals: [{ address: address(1), amount: 5 }] }, /withdrawals\[0\]\.amount/],
  ])('%s', (_, change, text) => expectFailure('block', badBlock(change), 'node-bad-answer', text))
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
