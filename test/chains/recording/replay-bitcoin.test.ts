import { describe, expect, it } from 'vitest'
import { headOf, loadRecording } from '../../../src/chains/recording/recording.ts'
import { demoBitcoin } from './demo.ts'
import { playing } from './rpc.ts'

const recording = await loadRecording(demoBitcoin)
if (recording.family !== 'bitcoin') throw new Error('the Bitcoin demo is of another family')
const { blocks, header } = recording
const [lost, won] = recording.views
if (lost === undefined || won === undefined) throw new Error('the Bitcoin demo has a reorg')
const head = headOf(won)
const stale = headOf(lost)
const unknownHash = '11'.repeat(32)

describe('a Bitcoin replay node', () => {
  it('serves every block over REST and JSON-RPC with the bytes that were recorded', async () => {
    const node = await playing(recording)
    for (const [index, hash] of won.hashes.entries()) {
      const block = blocks.get(hash)
      const raw = Buffer.from(block?.block ?? '', 'base64')
      expect((await node.rpc('getblockhash', won.from + index)).result).toBe(hash)
      expect((await node.get(`/rest/block/${hash}.bin`)).body.equals(raw)).toBe(true)
      const spent = (await node.get(`/rest/spenttxouts/${hash}.bin`)).body
      expect(spent.toString('base64')).toBe(block?.spent)
      expect((await node.rpc('getblock', hash, 0)).result).toBe(raw.toString('hex'))
      expect((await node.rpc('getblockheader', hash, false)).result).toBe(raw.subarray(0, 80).toString('hex'))
      const moment = {
        confirmations: 13 - index,
        ...(index < 12 && { nextblockhash: won.hashes[index + 1] }),
      }
      const recorded = JSON.parse(block?.verbose ?? '') as object
      expect((await node.rpc('getblock', hash, 3)).result).toEqual({ ...recorded, ...moment })
      expect((await node.rpc('getblockheader', hash)).result).toEqual({
        ...(JSON.parse(block?.header ?? '') as object),
        ...moment,
      })
    }
  })

  it('keeps amounts as they were written', async () => {
    const node = await playing(recording)
    const hash = won.hashes[1]
    const { text } = await node.post(
      JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'getblock', params: [hash, 3] }),
    )
    const tx = blocks.get(hash ?? '')?.verbose?.split('"tx":')[1] ?? 'missing'
    expect(text).toContain(tx)
    expect(text).toContain('"value":0.01000001')
  })

  it('knows its chain and its head', async () => {
    const node = await playing(recording)
    const result = async (method: string, ...params: unknown[]) => (await node.rpc(method, ...params)).result
    const info = { chain: 'regtest', blocks: 123, bestblockhash: head.hash, initialblockdownload: false }
    expect(await result('getblockchaininfo')).toMatchObject(info)
    expect(JSON.parse((await node.get('/rest/chaininfo.json')).body.toString())).toMatchObject(info)
    expect(await result('getblockcount')).toBe(123)
    expect(await result('getbestblockhash')).toBe(head.hash)
    expect(await result('waitfornewblock', 1000)).toEqual(head)
    expect(await result('getblockhash', 0)).toBe(header.genesisHash)
    expect(await result('getnetworkinfo')).toMatchObject({ version: 309900, subversion: '/Satoshi:30.99.0/' })
    expect(await result('getblock', head.hash)).toMatchObject({ height: 123, tx: [expect.any(String)] })
  })

  it('serves headers in a row, up to the head', async () => {
    const node = await playing(recording)
    const start = won.hashes[10]
    const bytes = await node.get(`/rest/headers/5/${start}.bin`)
    const raws = won.hashes.slice(10).map((hash) => Buffer.from(blocks.get(hash)?.block ?? '', 'base64'))
    expect(bytes.body.equals(Buffer.concat(raws.map((raw) => raw.subarray(0, 80))))).toBe(true)
    const json = JSON.parse(
      (await node.get(`/rest/headers/${start}.json?count=2`)).body.toString(),
    ) as object[]
    expect(json).toMatchObject([
      { hash: start, confirmations: 3 },
      { hash: won.hashes[11], confirmations: 2 },
    ])
    const byHeight = await node.get('/rest/blockhashbyheight/123.json')
    expect(JSON.parse(byHeight.body.toString())).toEqual({ blockhash: head.hash })
  })

  it('answers what it does not have with the errors and texts of Core', async () => {
    const node = await playing(recording)
    const rest = async (path: string) => {
      const { status, body } = await node.get(path)
      return [status, body.toString()]
    }
    expect(await rest(`/rest/block/${unknownHash}.bin`)).toEqual([404, `${unknownHash} not found\r\n`])
    expect(await rest('/rest/block/xyz.bin')).toEqual([400, 'Invalid hash: xyz\r\n'])
    expect(await rest('/rest/blockhashbyheight/9999.bin')).toEqual([404, 'Block height out of range\r\n'])
    expect(await rest('/rest/nothing.bin')).toEqual([404, ''])
    expect((await rest(`/rest/headers/0/${head.hash}.bin`))[0]).toBe(400)
    expect((await rest('/'))[0]).toBe(405)
    expect((await node.rpc('getblock', unknownHash, 3)).error).toEqual({
      code: -5,
      message: 'Block not found',
    })
    expect((await node.rpc('getblockheader', unknownHash)).error?.code).toBe(-5)
    expect((await node.rpc('getblockhash', 50)).error).toEqual({
      code: -8,
      message: 'Block height out of range',
    })
    expect((await node.rpc('getblock', head.hash, 2)).error?.code).toBe(-5)
  })

  it('speaks JSON-RPC 1 to clients that do not ask for 2.0', async () => {
    const node = await playing(recording)
    const good = await node.post('{"id":"x","method":"getblockcount","params":[]}')
    expect([good.status, good.text]).toEqual([200, '{"result":123,"error":null,"id":"x"}\n'])
    const unknown = await node.post('{"id":1,"method":"nothing"}')
    expect([unknown.status, JSON.parse(unknown.text)]).toEqual([
      404,
      { result: null, error: { code: -32601, message: 'Method not found' }, id: 1 },
    ])
    expect((await node.post(`{"id":1,"method":"getblock","params":["${unknownHash}"]}`)).status).toBe(500)
  })

  it('keeps the blocks that lost readable by hash, as Core does, and does not know the future', async () => {
    const node = await playing(recording, { view: 1 })
    expect((await node.rpc('getbestblockhash')).result).toBe(stale.hash)
    expect((await node.rpc('getchaintips')).result).toEqual([{ ...stale, branchlen: 0, status: 'active' }])
    expect((await node.get(`/rest/block/${head.hash}.bin`)).status).toBe(404)
    node.advance()
    expect((await node.rpc('getbestblockhash')).result).toBe(head.hash)
    expect((await node.rpc('getblockheader', stale.hash)).result).toMatchObject({
      height: 121,
      confirmations: -1,
    })
    expect((await node.get(`/rest/block/${stale.hash}.bin`)).status).toBe(200)
    expect((await node.rpc('getchaintips')).result).toEqual([
      { ...head, branchlen: 0, status: 'active' },
      { ...stale, branchlen: 2, status: 'valid-fork' },
    ])
  })

  it('advances when the head was served whole and is asked for again, not before', async () => {
    const node = await playing(recording, { advance: true })
    await node.get(`/rest/block/${stale.hash}.bin`)
    expect((await node.rpc('getbestblockhash')).result).toBe(stale.hash)
    await node.get(`/rest/spenttxouts/${stale.hash}.bin`)
    expect(node.view()).toBe(1)
    expect((await node.rpc('getblockchaininfo')).result).toMatchObject({ bestblockhash: head.hash })
    const old = await playing(recording, { advance: true, spenttxouts: false })
    await old.rpc('getblock', stale.hash, 3)
    expect((await old.rpc('getblockcount')).result).toBe(123)
  })

  it('can hide what older nodes do not have', async () => {
    const noRest = await playing(recording, { rest: false })
    expect((await noRest.get('/rest/chaininfo.json')).status).toBe(404)
    const core29 = await playing(recording, { spenttxouts: false })
    expect((await core29.get(`/rest/spenttxouts/${head.hash}.bin`)).status).toBe(404)
    expect((await core29.get(`/rest/block/${head.hash}.bin`)).status).toBe(200)
    const core22 = await playing(recording, { verbose: false })
    expect((await core22.rpc('getblock', head.hash, 3)).error?.code).toBe(-5)
  })
})
