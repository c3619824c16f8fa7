import { describe, expect, it } from 'vitest'
import { MethodUnavailable } from '../../../src/chains/bitcoin/block-reader.ts'
import { ReaderChain } from '../../../src/chains/bitcoin/reader-chain.ts'
import { extract } from '../../../src/chains/extract.ts'
import { sats } from './build-block.ts'
import { type FakeNodeState, type Reply, startFakeNode } from './fake-node.ts'
import { sourceFor } from './open-source.ts'
import { ownSet } from './own-set.ts'
import { regtestChain } from './regtest-chain.ts'
import { hash160, key, p2tr, p2wpkhOf, publicKey } from './scripts.ts'

const hotKey = publicKey('hot')
const hot = p2wpkhOf(hash160(hotKey))
const alice = { script: p2tr('alice'), value: sats(2) }
const funded = regtestChain({ coinbase: [alice] })
const funding = { txid: funded[1]?.txids[0] ?? '', vout: 0 }
const deposit = {
  inputs: [{ ...alice, of: funding, witness: [Buffer.alloc(64)] }],
  outputs: [{ script: hot, value: sats(1) }],
}
/** A deposit, and in the same block its withdrawal: the second spends from the first. */
const [, , both] = regtestChain({ coinbase: [alice] }, { txs: [deposit] })
const within = { txid: both?.txids[1] ?? '', vout: 0 }
const withdrawal = {
  inputs: [{ script: hot, value: sats(1), of: within, witness: [Buffer.alloc(71), hotKey] }],
  outputs: [{ script: p2tr('bob'), value: sats(0.9) }],
}
const chain = regtestChain({ coinbase: [alice] }, { txs: [deposit, withdrawal] })
const txindex = new Map(chain.flatMap(({ txids, hexes }) => txids.map((txid, i) => [txid, hexes[i] ?? ''])))

async function read(state: Partial<FakeNodeState>, reads?: 'auto' | 'rest' | 'getblock' | 'txindex') {
  const node = await startFakeNode({ chain, ...state })
  const source = sourceFor(node.url, { reads, verify: 'strict' })
  const { reads: name } = await source.open()
  const block = await source.block(2)
  return { name, block, found: extract(block, ownSet(hot)).transactions, node }
}

describe('a block', () => {
  it('gives the same over every way that tells what it spends', async () => {
    const rest = await read({})
    expect(rest.name).toBe('REST block + spenttxouts')
    expect(rest.found).toMatchObject([
      { transfers: [{ direction: 'deposit' }], parties: [{ key: key(alice.script), role: 'source' }] },
      { transfers: [{ direction: 'withdrawal', amount: sats(0.9) }] },
    ])
    const getblock = await read({ rest: false })
    expect(getblock.name).toBe('getblock 3')
    const indexed = await read({ rest: false, noUndo: true, txindex })
    expect(indexed.name).toBe('getblock 0 + txindex')
    for (const { found, block } of [getblock, indexed]) {
      expect(found).toEqual(rest.found)
      expect(block).toMatchObject({ level: 'full', unscreened: [] })
    }
  })

  it('whose spent outputs nothing tells is read for deposits only, and says so', async () => {
    const { name, block, found } = await read({ rest: false, noUndo: true })
    expect(name).toBe('getblock 0, without previous outputs')
    expect(block.level).toBe('outputs')
    expect(block.unscreened).toEqual([
      { what: 'inputs', reason: expect.stringContaining('withdrawals from own addresses') },
    ])
    expect(found).toMatchObject([{ transfers: [{ direction: 'deposit', amount: sats(1) }], parties: [] }])
  })

  it('is read with the txindex where only REST has lost the undo data', async () => {
    const { name, block } = await read({ noUndo: true, txindex })
    expect(name).toBe('getblock 0 + txindex')
    expect(block.level).toBe('full')
  })

  it('spends from a transaction that the txindex lacks: then nothing tells', async () => {
    const lacking = new Map([...txindex].filter(([txid]) => txid !== funding.txid))
    const { block } = await read({ rest: false, noUndo: true, txindex: lacking })
    expect(block.level).toBe('outputs')
  })

  it('spends from a transaction that the txindex serves another for: that is refused', async () => {
    const swapped = new Map(txindex).set(funding.txid, txindex.get(within.txid) ?? '')
    await expect(read({ noUndo: true, txindex: swapped }, 'txindex')).rejects.toMatchObject({
      code: 'node-bad-answer',
      message: expect.stringContaining(`was asked for transaction ${funding.txid}`),
    })
  })

  it('is not asked from a txindex that this user may not use', async () => {
    const intercept = (method: string) => (method === 'getindexinfo' ? { status: 403, body: '' } : undefined)
    const { name } = await read({ rest: false, noUndo: true, txindex, intercept })
    expect(name).toBe('getblock 0, without previous outputs')
  })

  it('whose undo file is gone is read with the txindex, over REST and over RPC alike', async () => {
    for (const rest of [true, false]) {
      const node = await startFakeNode({ chain, rest, txindex })
      const source = sourceFor(node.url, { verify: 'strict' })
      await source.open()
      node.state.undoUnreadable = true
      const block = await source.block(2)
      expect(block).toMatchObject({ level: 'full', unscreened: [] })
      expect(extract(block, ownSet(hot)).transactions).toMatchObject([
        { parties: [{ key: key(alice.script) }] },
        {},
      ])
    }
  })

  it('that spends more than an answer may have is read by the next method, and in part where it stays so', async () => {
    const node = await startFakeNode({ chain })
    const source = sourceFor(node.url, { verify: 'strict', maxResponse: 100_000 })
    await source.open()
    const large = { status: 200, body: Buffer.alloc(100_001) }
    node.state.intercept = (request) => (request.startsWith('GET /rest/spenttxouts/') ? large : undefined)
    await expect(source.block(2)).resolves.toMatchObject({ level: 'full', unscreened: [] })
    node.state.intercept = (request, [, verbosity]) =>
      request.startsWith('GET /rest/spenttxouts/') || verbosity === 3 ? large : undefined
    // One lie must not cost the inputs of a block.
    for (let times = 1; times <= 3; times++) {
      await expect(source.block(2)).rejects.toMatchObject({ code: 'node-bad-answer' })
    }
    await expect(source.block(2)).resolves.toMatchObject({
      level: 'outputs',
      unscreened: [{ what: 'inputs' }],
    })
  })

  it('whose undo file is gone, without a txindex, is read for deposits only, and says so', async () => {
    const node = await startFakeNode({ chain })
    const source = sourceFor(node.url, { verify: 'strict' })
    await source.open()
    node.state.undoUnreadable = true
    const block = await source.block(2)
    expect(block).toMatchObject({ level: 'outputs', unscreened: [{ what: 'inputs' }] })
    expect(node.requests).toContain(`getblock ${chain[2]?.hash} 3`)
  })

  it('that the node no longer has at all is missing, whatever else it could do', async () => {
    const node = await startFakeNode({ chain, txindex })
    const source = sourceFor(node.url)
    await source.open()
    const pruned = '{"id":0,"result":null,"error":{"code":-1,"message":"Block not available (pruned data)"}}'
    node.state.intercept = (request) => {
      if (request === 'getblock') return { status: 500, body: pruned }
      return request.startsWith('GET /rest/')
        ? { status: 404, body: 'not available (pruned data)' }
        : undefined
    }
    await expect(source.block(2)).rejects.toMatchObject({
      code: 'node-missing-data',
      message: expect.stringContaining('has no block 2 (it is pruned)'),
      details: [expect.stringContaining('pruned data')],
    })
  })
})

/** What a node, or a proxy in front of it, answers on the path of REST when it serves it no more. */
const notServed: readonly Reply[] = [
  { status: 404, body: '' },
  { status: 401, body: '' },
  { status: 403, body: '<html>forbidden</html>' },
  { status: 502, body: 'bad gateway' },
  { status: 503, body: 'no upstream' },
  { status: 200, body: '<!doctype html><title>Log in</title>' },
  { status: 200, body: '{"error":"unknown path"}' },
  { status: 200, body: '' },
]

describe('REST that stops being served', () => {
  const onRest = (reply: Reply) => (request: string) => (request.startsWith('GET ') ? reply : undefined)

  it.each(notServed)(
    'with $status and "$body" is left for getblock at once, and told once',
    async (reply) => {
      const node = await startFakeNode({ chain })
      const switches: string[] = []
      const source = sourceFor(node.url, {
        verify: 'strict',
        busyDelayMs: 60_000,
        onSwitch: (to, reason) => switches.push(`${to}: ${reason}`),
      })
      await source.open()
      node.state.intercept = onRest(reply)
      await expect(source.block(2)).resolves.toMatchObject({ level: 'full', unscreened: [] })
      node.requests.length = 0
      await expect(source.block(1)).resolves.toMatchObject({ level: 'full' })
      expect(node.requests.filter((request) => request.startsWith('GET '))).toEqual([])
      expect(switches).toEqual([expect.stringMatching(`^getblock 3: REST: HTTP ${reply.status}`)])
    },
  )

  it.each(notServed)('with $status and "$body" from the start is no REST', async (reply) => {
    const node = await startFakeNode({ chain, intercept: onRest(reply) })
    const { reads } = await sourceFor(node.url).open()
    expect(reads).toBe('getblock 3')
  })

  it('is not told as a pruned block or wrong credentials where getblock is forbidden too', async () => {
    const node = await startFakeNode({ chain })
    const source = sourceFor(node.url)
    await source.open()
    node.state.rest = false
    node.state.whitelist = ['getblockhash']
    await expect(source.block(2)).rejects.toMatchObject({
      message: expect.stringContaining('over REST: HTTP 404'),
      details: [expect.stringContaining('does not allow getblock (HTTP 403)')],
    })
  })

  it('is tried again later, and used when it is back', async () => {
    let nowMs = 0
    let served = false
    const asked: string[] = []
    const reader = (name: string, serves: () => boolean) => ({
      name,
      async read() {
        asked.push(name)
        if (!serves()) throw new MethodUnavailable('node-bad-answer', `no ${name}`, `no ${name}`)
        return { block: Buffer.alloc(0), spent: null, received: 0 }
      },
    })
    const switches: string[] = []
    const chainOfReaders = new ReaderChain([reader('rest', () => served), reader('rpc', () => true)], {
      nowMs: () => nowMs,
      onSwitch: (to, reason) => switches.push(`${to}: ${reason}`),
    })
    const read = () => chainOfReaders.read('', async () => {})
    await read()
    await read()
    nowMs = 1_000
    await read()
    nowMs = 2_999
    await read()
    expect(asked.splice(0)).toEqual(['rest', 'rpc', 'rpc', 'rest', 'rpc', 'rpc'])
    nowMs = 3_000
    served = true
    await read()
    await read()
    expect(asked).toEqual(['rest', 'rest'])
    expect(switches).toEqual(['rpc: no rest', 'rest: it is served again'])
  })
})

describe('an answer over REST that is wrong', () => {
  it('is asked for again over RPC, and the block is not read in part instead', async () => {
    const node = await startFakeNode({ chain })
    const source = sourceFor(node.url, { verify: 'strict' })
    await source.open()
    const spent = { status: 200, body: chain[1]?.spent ?? '' }
    node.state.intercept = (request) => (request.startsWith('GET /rest/spenttxouts/') ? spent : undefined)
    await expect(source.block(2)).resolves.toMatchObject({ level: 'full', unscreened: [] })
    node.state.undoUnreadable = true
    await expect(source.block(2)).rejects.toMatchObject({ code: 'node-bad-answer' })
  })
})

describe('a refusal by rpcwhitelist', () => {
  it.each(['getblockchaininfo', 'getblockhash', 'getnetworkinfo', 'getblockheader'])(
    'names %s',
    async (forbidden) => {
      const node = await startFakeNode({ chain })
      const source = sourceFor(node.url)
      const all = ['getblockchaininfo', 'getblockhash', 'getnetworkinfo', 'getblockheader', 'getindexinfo']
      node.state.whitelist = all.filter((method) => method !== forbidden)
      const asked = source.open().then(() => source.header(chain[1]?.hash ?? ''))
      await expect(asked).rejects.toMatchObject({
        code: 'node-auth',
        message: expect.stringContaining(`does not allow ${forbidden} (HTTP 403)`),
      })
    },
  )
})
