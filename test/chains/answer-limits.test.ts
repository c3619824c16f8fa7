import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { refuseDenseJson } from '../../src/chains/answer-limits.ts'
import { listOf } from '../../src/chains/bitcoin/rpc-schemas.ts'
import { createBitcoinSource } from '../../src/chains/bitcoin/source.ts'
import { createEvmSource } from '../../src/chains/evm/source.ts'
import type { ChainSource } from '../../src/chains/source.ts'
import { startFakeNode as startBitcoinNode } from './bitcoin/fake-node.ts'
import { regtestChain } from './bitcoin/regtest-chain.ts'
import { healthyNode, startFakeNode as startEvmNode } from './evm/fake-node.ts'

const megabyte = 1024 * 1024
const maxResponse = 16 * megabyte

/** The end of an endless answer: how much the client took of it before it hung up. */
type Endless = (response: ServerResponse) => Promise<number>

/** Sends the same again and again until the client hangs up. */
const endlessly =
  (beginning: string, piece: Buffer): Endless =>
  (response) =>
    new Promise((resolve) => {
      let sent = 0
      const more = () => {
        while (!response.destroyed) {
          sent += piece.length
          if (!response.write(piece)) return
        }
      }
      response.on('drain', more)
      response.on('close', () => resolve(sent))
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write(beginning)
      more()
    })

const endlessReceipts = endlessly('{"jsonrpc":"2.0","id":1,"result":[{}', Buffer.from(',{}'.repeat(20_000)))

function evm(url: string): ChainSource {
  const source = createEvmSource({ url, chainId: 1, tokens: [], traces: 'off', maxResponse })
  onTestFinished(() => source.close())
  return source
}

function bitcoin(url: string): ChainSource {
  const source = createBitcoinSource({ url, network: 'regtest', reads: 'rest', busyDelayMs: 1, maxResponse })
  onTestFinished(() => source.close())
  return source
}

describe('an answer of an EVM node', () => {
  it('is received up to the limit only, and the connection is dropped', async () => {
    let taken: Promise<number> | undefined
    const raw = Symbol('unanswered')
    const node = await startEvmNode({
      ...healthyNode(),
      eth_getBlockReceipts: (_, response) => {
        taken = endlessReceipts(response)
        return new Promise(() => raw)
      },
    })
    await expect(evm(node.url).block(7)).rejects.toMatchObject({
      code: 'node-bad-answer',
      message: expect.stringMatching(
        /^The node at http:\/\/127\.0\.0\.1:\d+ answered eth_getBlockReceipts with more than 16 MB, .*`maxResponse`/,
      ),
    })
    // What stands in the buffers between the two counts too.
    expect(await taken).toBeLessThan(maxResponse + 24 * megabyte)
  })

  it('is not begun to be received when it announces more', async () => {
    const node = await startEvmNode({
      ...healthyNode(),
      eth_getBlockReceipts: (_, response) => {
        response.writeHead(200, { 'content-length': maxResponse + 1 })
        response.write('{')
        return new Promise(() => {})
      },
    })
    await expect(evm(node.url).block(7)).rejects.toThrow('eth_getBlockReceipts with more than 16 MB')
  })

  it.each([
    ['eth_chainId', (source: ChainSource) => source.open()],
    ['eth_getBlockByNumber', (source: ChainSource) => source.head()],
  ])('is smaller by nature for %s', async (method, ask) => {
    const node = await startEvmNode({
      ...healthyNode(),
      [method]: () => `0x${'0'.repeat(9 * megabyte)}1`,
    })
    await expect(ask(evm(node.url))).rejects.toThrow(`${method} with more than 8 MB`)
  })

  it('is not decompressed: no encoding was asked for', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * megabyte, ' '))
    const node = await startEvmNode({
      ...healthyNode(),
      eth_getBlockReceipts: (_, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' })
        response.end(bomb)
        return new Promise(() => {})
      },
    })
    await expect(evm(node.url).block(7)).rejects.toMatchObject({ code: 'node-bad-answer' })
  })
})

describe('an answer of a Bitcoin node', () => {
  it.each([
    ['a block over REST', /^GET \/rest\/block/, /\/rest\/block\/[0-9a-f]{64}\.bin with more than 3\.8 MB/],
    ['a head', /^getblockchaininfo/, /getblockchaininfo with more than 3\.8 MB/],
  ])('is as large as %s can be', async (_, wanted, says) => {
    const node = await startBitcoinNode({ chain: regtestChain({}) })
    const source = bitcoin(node.url)
    await source.open()
    const body = Buffer.alloc(17 * megabyte, '0')
    node.state.intercept = (request) => (wanted.test(request) ? { status: 200, body } : undefined)
    const asked = request(source, wanted)
    await expect(asked).rejects.toMatchObject({
      code: 'node-bad-answer',
      message: expect.stringMatching(says),
    })
  })

  it('is received up to the limit only, and the connection is dropped', async () => {
    let taken: Promise<number> | undefined
    const server = createServer((_, response) => {
      taken = endlessly('[{}', Buffer.from(',{}'.repeat(20_000)))(response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await expect(bitcoin(url).open()).rejects.toMatchObject({ code: 'node-bad-answer' })
    expect(await taken).toBeLessThan(maxResponse + 24 * megabyte)
  })
})

function request(source: ChainSource, wanted: RegExp): Promise<unknown> {
  return wanted.test('getblockchaininfo') ? source.head() : source.block(1)
}

describe('a list in an answer', () => {
  it('is given up at its first wrong item, and before any where there are too many', () => {
    let checked = 0
    const item = z.unknown().refine((value) => {
      checked++
      return value === 'right'
    }, 'wrong')
    expect(listOf(item, 10).safeParse(['right', 'wrong', 'wrong', 'wrong']).error?.issues).toMatchObject([
      { path: [1], message: 'wrong' },
    ])
    expect(checked).toBe(2)
    expect(listOf(item, 3).safeParse(Array(4).fill('right')).error?.issues).toMatchObject([
      { path: [], message: 'a list of 4, expected 3 at most' },
    ])
    expect(checked).toBe(2)
  })
})

describe('JSON that would grow many times over once it is parsed', () => {
  it.each([
    ['empty objects', '{},'],
    ['empty lists', '[],'],
    ['nested lists', '['],
    ['numbers', '0,'],
    ['short texts', '"a",'],
    ['small objects', '{"a":{}},'],
    ['many names', '"abc":1,'],
  ])('is not parsed: %s', (_, piece) => {
    const body = Buffer.from(piece.repeat(Math.ceil((5 * megabyte) / piece.length)))
    expect(() => refuseDenseJson(body, 'http://node', 'some_method')).toThrow(
      /^The node at http:\/\/node answered some_method with \d+ objects and lists and \d+ values in 5(\.\d)? MB/,
    )
  })

  it.each([
    [
      'call frames',
      {
        from: `0x${'1'.repeat(40)}`,
        gas: '0x5208',
        gasUsed: '0x5208',
        to: `0x${'2'.repeat(40)}`,
        input: '0x',
        value: '0x0',
        type: 'CALL',
        calls: [],
      },
    ],
    [
      'logs',
      {
        address: `0x${'1'.repeat(40)}`,
        topics: [`0x${'2'.repeat(64)}`],
        data: '0x',
        blockHash: `0x${'3'.repeat(64)}`,
        blockNumber: '0x1',
        logIndex: '0x1',
        removed: false,
      },
    ],
    [
      'inputs of Bitcoin',
      {
        txid: '1'.repeat(64),
        vout: 0,
        scriptSig: { asm: '', hex: '' },
        prevout: {
          generated: false,
          height: 1,
          value: 0.1,
          scriptPubKey: { asm: 'a'.repeat(44), hex: 'b'.repeat(44) },
        },
      },
    ],
  ])('is told from what real nodes serve: %s', (_, item) => {
    const one = JSON.stringify(item)
    const body = Buffer.from(`[${`${one},`.repeat(Math.ceil((5 * megabyte) / one.length)).slice(0, -1)}]`)
    expect(() => refuseDenseJson(body, 'http://node', 'some_method')).not.toThrow()
  })
})
