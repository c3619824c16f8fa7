import { describe, expect, it } from 'vitest'
import { sats } from './build-block.ts'
import { type FakeNodeState, startFakeNode } from './fake-node.ts'
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
  return { name, block, found: block.extract(ownSet(hot)).transactions, node }
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

  it('that the node no longer has at all is missing, whatever else it could do', async () => {
    const node = await startFakeNode({ chain, txindex })
    const source = sourceFor(node.url)
    await source.open()
    node.state.intercept = (request) =>
      request.startsWith('GET /rest/') ? { status: 404, body: 'not available (pruned data)\r\n' } : undefined
    await expect(source.block(2)).rejects.toMatchObject({
      code: 'node-missing-data',
      message: expect.stringContaining('has no block 2 (it is pruned)'),
      details: [expect.stringContaining('pruned data')],
    })
  })
})
