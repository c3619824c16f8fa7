import { describe, expect, it, onTestFinished } from 'vitest'
import { createEvmSource, type EvmSourceOptions } from '../../../src/chains/evm/source.ts'
import { extract } from '../../../src/chains/extract.ts'
import { address, blockOf, topic } from './build.ts'
import { type Handler, healthyBlockHash, healthyNode, rpcError, startFakeNode } from './fake-node.ts'
import { ownOf } from './own.ts'

async function sourceOf(handlers: Record<string, Handler>, options: Partial<EvmSourceOptions> = {}) {
  const node = await startFakeNode(handlers)
  const source = createEvmSource({ url: node.url, chainId: 1, tokens: [], ...options })
  onTestFinished(() => source.close())
  return { node, source }
}

describe('opening', () => {
  it('tells what the node is and how it is read', async () => {
    const { source } = await sourceOf(healthyNode())
    expect(source.caip2).toBe('eip155:1')
    expect(await source.open()).toEqual({
      client: 'fake/v1',
      reads: 'full block + receipts by hash',
      genesisHash: healthyBlockHash,
    })
  })

  it('reads text beyond ASCII', async () => {
    const { source } = await sourceOf({ ...healthyNode(), web3_clientVersion: () => 'nœud/ü1' })
    expect(await source.open()).toMatchObject({ client: 'nœud/ü1' })
  })

  it('goes on without a client version where the node hides it', async () => {
    const { web3_clientVersion, ...rest } = healthyNode()
    const { source } = await sourceOf(rest)
    expect(await source.open()).toMatchObject({ client: 'unknown client' })
  })

  it('sends the credentials of the URL, and names none of them', async () => {
    const node = await startFakeNode(healthyNode())
    const url = `http://user:pa%3Ass@127.0.0.1:${node.port}/v2/key?token=t`
    const source = createEvmSource({ url, chainId: 1, tokens: [] })
    onTestFinished(() => source.close())
    await source.open()
    expect(node.authorization).toBe(`Basic ${Buffer.from('user:pa:ss').toString('base64')}`)
    expect(source.endpoint).toBe(node.url)
  })

  it('refuses a URL that is not http', () => {
    const make = () => createEvmSource({ url: 'ws://user:secret@127.0.0.1:1', chainId: 1, tokens: [] })
    expect(make).toThrowError(expect.objectContaining({ code: 'config' }))
    expect(make).not.toThrowError(/secret/)
  })
})

describe('the head', () => {
  const tagged = (answer: Handler): Record<string, Handler> => {
    const node = healthyNode()
    return {
      ...node,
      eth_getBlockByNumber: (params, response) =>
        params[0] === 'latest' ? node.eth_getBlockByNumber?.(params, response) : answer(params, response),
    }
  }
  const block = (number: string) => ({
    number,
    hash: healthyBlockHash,
    parentHash: healthyBlockHash,
    timestamp: '0x1',
  })

  it('comes with the height of the finality tag', async () => {
    const { source, node } = await sourceOf(tagged(() => block('0x5')))
    expect(await source.head()).toEqual({ height: 7, hash: healthyBlockHash, finalized: 5 })
    expect(node.calls).toEqual(['eth_getBlockByNumber latest', 'eth_getBlockByNumber finalized'])
  })

  it('asks for the tag of the config, or for none', async () => {
    const safe = await sourceOf(
      tagged(() => block('0x5')),
      { finalityTag: 'safe' },
    )
    await safe.source.head()
    expect(safe.node.calls).toContain('eth_getBlockByNumber safe')
    const none = await sourceOf(
      tagged(() => block('0x5')),
      { finalityTag: null },
    )
    expect(await none.source.head()).toMatchObject({ finalized: null })
    expect(none.node.calls).toEqual(['eth_getBlockByNumber latest'])
  })

  it('is never below the finalized height', async () => {
    const { source } = await sourceOf(tagged(() => block('0x9')))
    expect(await source.head()).toMatchObject({ height: 7, finalized: 7 })
  })

  it.each([
    ['null', () => null],
    ['an error', rpcError(-39001, 'finalized block not found')],
  ])('has no finalized height where the tag answers %s, and asks again', async (_, answer) => {
    const { source, node } = await sourceOf(tagged(answer))
    expect(await source.head()).toMatchObject({ finalized: null })
    await source.head()
    expect(node.calls.filter((call) => call.endsWith('finalized'))).toHaveLength(2)
  })

  it.each([-32601, -32602])('does not ask again after error %i', async (code) => {
    const { source, node } = await sourceOf(tagged(rpcError(code, 'invalid argument')))
    expect(await source.head()).toMatchObject({ finalized: null })
    await source.head()
    expect(node.calls.filter((call) => call.endsWith('finalized'))).toHaveLength(1)
  })
})

describe('a header by its hash', () => {
  it('is where the block stands, or null where the node does not know it', async () => {
    const { source } = await sourceOf(healthyNode())
    expect(await source.header(healthyBlockHash)).toMatchObject({
      height: 7,
      hash: healthyBlockHash,
      time: 100,
    })
    expect(await source.header(`0x${'0'.repeat(64)}`)).toBeNull()
  })

  it('of another block is a bad answer', async () => {
    const { source } = await sourceOf({ ...healthyNode(), eth_getBlockByHash: () => healthyHeader() })
    await expect(source.header(`0x${'0'.repeat(64)}`)).rejects.toMatchObject({ code: 'node-bad-answer' })
  })
})

const healthyHeader = () => ({
  number: '0x7',
  hash: healthyBlockHash,
  parentHash: healthyBlockHash,
  timestamp: '0x1',
})

describe('a block', () => {
  it('asks for the receipts by the hash of the block', async () => {
    const { source, node } = await sourceOf(healthyNode(), { traces: 'off' })
    const block = await source.block(7)
    expect(node.calls).toEqual(['eth_getBlockByNumber 0x7', `eth_getBlockReceipts ${healthyBlockHash}`])
    expect(block).toMatchObject({ height: 7, hash: healthyBlockHash, time: 100, level: 'logs' })
    expect(block.unscreened).toEqual([expect.objectContaining({ what: 'traces' })])
    expect(block.bytes).toBeGreaterThan(1000)
  })

  it('may be extracted again for other own addresses', async () => {
    const tx = { from: address(1), to: address(2), value: '0x5' }
    const { source } = await sourceOf(healthyNode([tx]))
    const block = await source.block(7)
    expect(extract(block, ownOf()).transactions).toEqual([])
    expect(extract(block, ownOf(address(2))).transactions).toMatchObject([
      { transfers: [{ direction: 'deposit' }] },
    ])
    expect(extract(block, ownOf(address(1))).transactions).toMatchObject([
      { transfers: [{ direction: 'withdrawal' }] },
    ])
  })

  it('is read the same from a node that writes hex in upper or mixed case', async () => {
    const transferTopic = '0xDDF252AD1BE2C89B69C2B068FC378DAA952BA7F163C4A11628F55A4DF523B3EF'
    const log = {
      address: shout(address(3)),
      topics: [transferTopic, topic(shout(address(1))), topic(shout(address(2)))],
      data: `0x${'0'.repeat(62)}AB`,
    }
    const tx = { from: shout(address(1)), to: shout(address(2)), value: '0xAB', logs: [log] }
    const { source } = await sourceOf(healthyNode([tx]))
    const [found] = extract(await source.block(7), ownOf(address(2))).transactions
    expect(found?.transfers).toMatchObject([
      { asset: 'native', amount: 171n },
      { asset: `erc20:${address(3)}`, amount: 171n },
    ])
    expect(JSON.stringify(found?.transfers.map(({ parties }) => parties))).not.toMatch(/[A-F]{2}|evm:.*A/)
  })

  it('may hold transactions of unknown types with unknown fields', async () => {
    const tx = { from: address(1), to: address(2), value: '0x5', type: '0x7e', mint: '0x9', sourceHash: '0x' }
    const { source } = await sourceOf(healthyNode([tx]))
    expect(extract(await source.block(7), ownOf(address(2))).transactions).toHaveLength(1)
  })

  it('of transactions of a type that nobody knows is read as far as it goes, and says so', async () => {
    const tx = { from: address(1), to: address(2), value: '0x5', type: '0x71' }
    const { source } = await sourceOf(healthyNode([tx, tx, { ...tx, type: '0x2' }]), { traces: 'off' })
    const block = await source.block(7)
    expect(block.unscreened.map(({ what }) => what)).toEqual(['traces', 'transaction-type'])
    expect(block.unscreened[1]?.reason).toContain('0x71')
    expect(extract(block, ownOf(address(2))).transactions).toHaveLength(3)
  })

  it('says when its receipts are too old to tell whether a transaction succeeded', async () => {
    const sketches = [{ to: address(2), value: '0x5' }]
    const { receipts } = blockOf(sketches)
    const old = receipts.map(({ status, ...receipt }) => ({ ...receipt, root: healthyBlockHash }))
    const handlers = { ...healthyNode(sketches), eth_getBlockReceipts: () => old }
    const { source } = await sourceOf(handlers, { traces: 'off' })
    const block = await source.block(7)
    expect(block.unscreened.map(({ what }) => what)).toEqual(['traces', 'status'])
    expect(extract(block, ownOf(address(2))).transactions).toEqual([])
  })
})

function shout(hex: string): string {
  return `0x${hex.slice(2).toUpperCase()}`
}
