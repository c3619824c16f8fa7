import { rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { tempDir } from '../../temp.ts'
import { buildBlock, sats } from './build-block.ts'
import { type FakeNodeState, type Reply, startFakeNode } from './fake-node.ts'
import { sourceFor } from './open-source.ts'
import { regtestChain } from './regtest-chain.ts'
import { p2tr, p2wpkh } from './scripts.ts'

const value = sats(1)
const payment = {
  inputs: [{ script: p2tr('alice'), value }],
  outputs: [{ script: p2wpkh('hot'), value }],
}
const chain = regtestChain({}, { txs: [payment] })
const best = chain[2]?.hash ?? ''

const withNode = async (state: Partial<FakeNodeState>) => startFakeNode({ chain, ...state })
const opening = async (state: Partial<FakeNodeState>) => sourceFor((await withNode(state)).url).open()

/** A source that reads over REST alone and is open, and whose node answers this request in its own way from then on. */
async function tampered(wanted: string, reply: Reply) {
  const node = await withNode({})
  const source = sourceFor(node.url, { reads: 'rest' })
  await source.open()
  node.state.intercept = (request) => (request.startsWith(wanted) ? reply : undefined)
  return source
}

describe('a node that is not the right one, or not ready', () => {
  it('on another network is refused, and both are named', async () => {
    await expect(opening({ chainName: 'main' })).rejects.toMatchObject({
      code: 'wrong-chain',
      message: expect.stringMatching(/follows the chain "main", the config says network: regtest/),
    })
  })

  it('that gives way to one of another network while it is followed is refused', async () => {
    const node = await withNode({})
    const source = sourceFor(node.url)
    await source.open()
    await source.head()
    node.state.chainName = 'main'
    await expect(source.head()).rejects.toMatchObject({ code: 'wrong-chain' })
  })

  it('with another genesis block is refused', async () => {
    await expect(opening({ chain: [buildBlock({ height: 0 })] })).rejects.toMatchObject({
      code: 'wrong-chain',
    })
  })

  it('that is warming up is syncing', async () => {
    await expect(opening({ warmingUp: true })).rejects.toMatchObject({
      code: 'node-syncing',
      message: expect.stringContaining('is still starting: Verifying blocks'),
    })
  })

  it('with headers ahead of its blocks is syncing; one header ahead is a new block', async () => {
    await expect(opening({ headers: 4 })).rejects.toMatchObject({ code: 'node-syncing' })
    await expect(opening({ headers: 3 })).resolves.toBeDefined()
  })

  it('in initial download is syncing, except on regtest, where an old tip looks the same', async () => {
    await expect(opening({ initialBlockDownload: true })).resolves.toBeDefined()
    const node = await withNode({ chainName: 'signet', initialBlockDownload: true })
    const genesis = '00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6'
    node.state.intercept = (method) =>
      method === 'getblockhash' ? { status: 200, body: `{"id":0,"result":"${genesis}"}` } : undefined
    await expect(sourceFor(node.url, { network: 'signet' }).open()).rejects.toMatchObject({
      code: 'node-syncing',
    })
  })

  it.each([
    ['getblock', '23 or later with its undo data'],
    ['txindex', 'with -txindex=1'],
  ] as const)('that can not say what inputs spend is refused where %s is demanded', async (reads, needed) => {
    const node = await withNode({ noUndo: true, rest: false })
    await expect(sourceFor(node.url, { reads }).open()).rejects.toMatchObject({
      code: 'node-missing-data',
      message: expect.stringContaining(needed),
    })
  })

  it('without REST is refused where REST is demanded', async () => {
    const node = await withNode({ rest: false })
    await expect(sourceFor(node.url, { reads: 'rest' }).open()).rejects.toMatchObject({
      code: 'node-missing-data',
    })
  })
})

describe('a node that does not answer', () => {
  it('because nothing listens is unreachable, and only its host is named', async () => {
    const node = await withNode({})
    await node.close()
    const url = node.url.replace('http://', 'http://user:secret@')
    const error = await sourceFor(`${url}/wallet/key`).open().catch(String)
    expect(error).toMatch(/^ChainscreenError: The node at http:\/\/127.0.0.1:\d+ refuses connections/)
    await expect(sourceFor(url).open()).rejects.toMatchObject({ code: 'node-unreachable' })
  })

  it('because it is overloaded is asked again, and given up after some time', async () => {
    const node = await withNode({ busyFor: 3 })
    await expect(sourceFor(node.url).head()).resolves.toMatchObject({ height: 2 })
    node.state.busyFor = 1000
    await expect(sourceFor(node.url).head()).rejects.toMatchObject({
      code: 'node-unreachable',
      message: expect.stringContaining('HTTP 503'),
    })
  })

  it('in time is unreachable', async () => {
    const silent = createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      silent.closeAllConnections()
      silent.close()
    })
    const address = silent.address()
    const port = typeof address === 'object' ? address?.port : 0
    const source = sourceFor(`http://127.0.0.1:${port}`, { fetchTimeoutMs: 50 })
    await expect(source.head()).rejects.toMatchObject({ code: 'node-unreachable' })
  })

  it('when the caller stops waiting is an interruption', async () => {
    const node = await withNode({})
    await expect(sourceFor(node.url).head(AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' })
    node.state.busyFor = 1000
    const stop = new AbortController()
    const waiting = sourceFor(node.url, { busyDelayMs: 60_000 }).head(stop.signal)
    stop.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' })
  })
})

describe('credentials', () => {
  it('of the config or of the URL are sent', async () => {
    const node = await withNode({ credentials: 'rpc:p@ss' })
    const auth = { username: 'rpc', password: 'p@ss' }
    await expect(sourceFor(node.url, { auth }).head()).resolves.toMatchObject({ height: 2 })
    const url = node.url.replace('//', '//rpc:p%40ss@')
    await expect(sourceFor(url).head()).resolves.toMatchObject({ height: 2 })
  })

  it('that are wrong or missing are refused', async () => {
    const node = await withNode({ credentials: 'rpc:p@ss' })
    const auth = { username: 'rpc', password: 'secret' }
    const error = await sourceFor(node.url, { auth })
      .head()
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'node-auth', message: expect.not.stringContaining('secret') })
    await expect(sourceFor(node.url).head()).rejects.toMatchObject({ code: 'node-auth' })
  })

  it('of a cookie file are read again when the node was restarted', async () => {
    const cookieFile = join(tempDir(), '.cookie')
    writeFileSync(cookieFile, '__cookie__:one\n')
    const node = await withNode({ credentials: '__cookie__:one' })
    const source = sourceFor(node.url, { auth: { cookieFile } })
    await expect(source.head()).resolves.toMatchObject({ height: 2 })
    node.state.credentials = '__cookie__:two'
    await expect(source.head()).rejects.toMatchObject({ code: 'node-auth' })
    writeFileSync(cookieFile, '__cookie__:two')
    const heads = await Promise.all([source.head(), source.head(), source.head()])
    expect(heads.map(({ height }) => height)).toEqual([2, 2, 2])
  })

  it('of a cookie file that is not there are asked for', async () => {
    const node = await withNode({ credentials: '__cookie__:one' })
    const cookieFile = join(tempDir(), '.cookie')
    await expect(sourceFor(node.url, { auth: { cookieFile } }).head()).rejects.toMatchObject({
      code: 'node-auth',
      message: expect.stringContaining(`The cookie file ${cookieFile} can't be read`),
    })
    rmSync(cookieFile, { force: true })
  })
})

describe('a block that can not be what was asked', () => {
  const badAnswer = { code: 'node-bad-answer' }
  const missing = { code: 'node-missing-data' }

  it('because it is cut short is refused', async () => {
    const cut = chain[2]?.block.subarray(0, 200) ?? ''
    const source = await tampered('GET /rest/block/', { status: 200, body: cut })
    await expect(source.block(2)).rejects.toMatchObject(badAnswer)
  })

  it('because it is another block is refused', async () => {
    const body = chain[1]?.block ?? ''
    const source = await tampered('GET /rest/block/', { status: 200, body })
    await expect(source.block(2)).rejects.toMatchObject(badAnswer)
  })

  it('because the spent outputs are of another block is refused', async () => {
    const body = chain[1]?.spent ?? ''
    const source = await tampered('GET /rest/spenttxouts/', { status: 200, body })
    await expect(source.block(2)).rejects.toMatchObject(badAnswer)
  })

  it('because it is larger than a block can be is refused', async () => {
    const body = Buffer.alloc(4_000_001)
    const source = await tampered('GET /rest/block/', { status: 200, body })
    await expect(source.block(2)).rejects.toMatchObject({
      ...badAnswer,
      message: expect.stringContaining('more than such an answer should have'),
    })
  })

  it('because the node no longer has it is missing', async () => {
    const body = `${best} not available (pruned data)\r\n`
    const source = await tampered('GET /rest/block/', { status: 404, body })
    await expect(source.block(2)).rejects.toMatchObject({
      ...missing,
      message: expect.stringContaining('over REST: HTTP 404, "'),
    })
    const node = await withNode({})
    const slow = sourceFor(node.url, { reads: 'getblock' })
    await slow.open()
    const error = '{"code":-1,"message":"Block not available (pruned data)"}'
    node.state.intercept = (method) =>
      method === 'getblock' ? { status: 500, body: `{"id":0,"result":null,"error":${error}}` } : undefined
    await expect(slow.block(2)).rejects.toMatchObject({
      ...missing,
      message: expect.stringContaining('has no block 2 (it is pruned)'),
      details: [expect.stringContaining('pruned data')],
    })
  })

  it('because getblock 3 leaves prevout out is missing, not a block without inputs', async () => {
    const result = (chain[2]?.verbose ?? '').replaceAll('"prevout"', '"gone"')
    const node = await withNode({})
    const source = sourceFor(node.url, { reads: 'getblock' })
    await source.open()
    node.state.intercept = (method) =>
      method === 'getblock' ? { status: 200, body: `{"id":0,"result":${result}}` } : undefined
    await expect(source.block(2)).rejects.toMatchObject({
      ...missing,
      message: expect.stringContaining('does not return the spent outputs'),
    })
  })

  it.each(['', '{', 'null', '[]', '<html>', '{"id":0,"result":null}'])(
    'because the reply is %j is refused',
    async (body) => {
      const node = await withNode({})
      const source = sourceFor(node.url, { reads: 'getblock' })
      await source.open()
      node.state.intercept = (method) => (method === 'getblock' ? { status: 200, body } : undefined)
      await expect(source.block(2)).rejects.toMatchObject(badAnswer)
    },
  )

  it('because the best chain does not reach it is missing', async () => {
    const source = sourceFor((await withNode({})).url)
    await source.open()
    await expect(source.block(3)).rejects.toMatchObject({
      ...missing,
      message: expect.stringMatching(/^The node at http:\S+ has no block 3 \(it (?:is|may be) pruned\)\.$/),
      details: [expect.stringContaining('answers getblockhash with error -8: Block height out of range')],
    })
  })

  it('because the source was not opened is a mistake of ours', async () => {
    await expect(sourceFor((await withNode({})).url).block(2)).rejects.toMatchObject({ code: 'failure' })
  })
})
