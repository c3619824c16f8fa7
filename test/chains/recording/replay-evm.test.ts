import { describe, expect, it } from 'vitest'
import { headOf, loadRecording } from '../../../src/chains/recording/recording.ts'
import { demoEvm } from './demo.ts'
import { playing } from './rpc.ts'

const recording = await loadRecording(demoEvm)
if (recording.family !== 'evm') throw new Error('the EVM demo is of another family')
const [lost, won] = recording.views
if (lost === undefined || won === undefined) throw new Error('the EVM demo has a reorg')
const head = headOf(won)
const unknownHash = `0x${'11'.repeat(32)}`

describe('an EVM replay node', () => {
  it('answers every block, its receipts and traces with the text that was recorded', async () => {
    const node = await playing(recording)
    const text = async (method: string, ...params: unknown[]) =>
      (await node.post(JSON.stringify({ jsonrpc: '2.0', id: 'a"b', method, params }))).text
    for (const [index, hash] of won.hashes.entries()) {
      const block = recording.blocks.get(hash)
      const answered = (result: string | undefined) => `{"jsonrpc":"2.0","id":"a\\"b","result":${result}}`
      const number = `0x${(won.from + index).toString(16)}`
      expect(await text('eth_getBlockByHash', hash, true)).toBe(answered(block?.block))
      expect(await text('eth_getBlockByNumber', number, true)).toBe(answered(block?.block))
      expect(await text('eth_getBlockReceipts', hash)).toBe(answered(block?.receipts))
      expect(await text('eth_getBlockReceipts', { blockHash: hash })).toBe(answered(block?.receipts))
      const tracer = { tracer: 'callTracer' }
      expect(await text('debug_traceBlockByHash', hash, tracer)).toBe(answered(block?.traces))
      expect(await text('debug_traceBlockByNumber', number, tracer)).toBe(answered(block?.traces))
      expect(await text('trace_block', number)).toBe(answered(block?.traceBlock))
    }
  })

  it('answers the receipt of a transaction from the branch that it follows', async () => {
    const node = await playing(recording)
    for (const hash of won.hashes) {
      const receipts = JSON.parse(recording.blocks.get(hash)?.receipts ?? '[]') as {
        transactionHash: string
      }[]
      for (const receipt of receipts)
        expect((await node.rpc('eth_getTransactionReceipt', receipt.transactionHash)).result).toEqual(receipt)
    }
    expect((await node.rpc('eth_getTransactionReceipt', unknownHash)).result).toBeNull()
  })

  it('gives transactions as hashes where they are not asked for whole', async () => {
    const node = await playing(recording)
    const full = JSON.parse(recording.blocks.get(head.hash)?.block ?? '') as {
      transactions: { hash: string }[]
    }
    expect((await node.rpc('eth_getBlockByHash', head.hash, false)).result).toEqual({
      ...full,
      transactions: full.transactions.map(({ hash }) => hash),
    })
  })

  it('knows its chain, its head and its tags', async () => {
    const node = await playing(recording)
    const result = async (method: string, ...params: unknown[]) => (await node.rpc(method, ...params)).result
    const hashOf = async (tag: string) =>
      ((await result('eth_getBlockByNumber', tag, false)) as { hash: string }).hash
    expect(await result('eth_chainId')).toBe('0x7a69')
    expect(await result('net_version')).toBe('31337')
    expect(await result('web3_clientVersion')).toBe('anvil/v1.7.1')
    expect(await result('eth_syncing')).toBe(false)
    expect(await result('eth_blockNumber')).toBe('0x1a')
    expect(await hashOf('latest')).toBe(head.hash)
    expect(await hashOf('finalized')).toBe(won.finalized?.hash)
    expect(await hashOf('safe')).toBe(won.finalized?.hash)
    expect(await hashOf('earliest')).toBe(recording.header.genesisHash)
    expect(await hashOf('0x0')).toBe(recording.header.genesisHash)
  })

  it('answers null outside of the recording, and errors as anvil does', async () => {
    const node = await playing(recording)
    expect(await node.rpc('eth_getBlockByNumber', '0xffff', true)).toMatchObject({ result: null })
    expect(await node.rpc('eth_getBlockByNumber', 'pending', true)).toMatchObject({ result: null })
    expect(await node.rpc('eth_getBlockByHash', unknownHash, true)).toMatchObject({ result: null })
    expect(await node.rpc('eth_getBlockReceipts', unknownHash)).toMatchObject({ result: null })
    expect(await node.rpc('trace_block', '0xffff')).toMatchObject({ result: null })
    const code = async (method: string, ...params: unknown[]) =>
      (await node.rpc(method, ...params)).error?.code
    expect(await code('debug_traceBlockByHash', unknownHash, { tracer: 'callTracer' })).toBe(-32001)
    expect(await code('debug_traceBlockByHash', head.hash, { tracer: 'prestateTracer' })).toBe(-32000)
    expect(await code('eth_getBlockByNumber', 'zz', true)).toBe(-32602)
    expect(await code('eth_getBlockByNumber', '0x1')).toBe(-32602)
    expect(await code('eth_getBalance', head.hash)).toBe(-32601)
    expect(await code('toString')).toBe(-32601)
  })

  it('answers batches in their order, and what is no request with an error', async () => {
    const node = await playing(recording)
    const call = (id: number, method: string) => ({ jsonrpc: '2.0', id, method, params: [] })
    const { text } = await node.post(JSON.stringify([call(1, 'eth_chainId'), call(2, 'eth_nothing'), 5]))
    expect(JSON.parse(text)).toEqual([
      { jsonrpc: '2.0', id: 1, result: '0x7a69' },
      { jsonrpc: '2.0', id: 2, error: { code: -32601, message: 'Method not found' } },
      { jsonrpc: '2.0', id: null, error: { code: -32600, message: 'Invalid Request' } },
    ])
    expect(JSON.parse((await node.post('{"id":')).text)).toMatchObject({ error: { code: -32700 } })
    expect(JSON.parse((await node.post('[]')).text)).toEqual([])
    expect(node.requests()).toEqual({ eth_chainId: 1, eth_nothing: 1 })
  })

  it('forgets the blocks of the branch that lost, and does not know the future', async () => {
    const node = await playing(recording, { view: 1 })
    const lostHead = headOf(lost)
    const tracer = { tracer: 'callTracer' }
    expect(await node.rpc('eth_blockNumber')).toMatchObject({ result: '0x16' })
    expect(await node.rpc('eth_getBlockByHash', lostHead.hash, true)).toMatchObject({
      result: { number: '0x16' },
    })
    expect(await node.rpc('eth_getBlockByHash', head.hash, true)).toMatchObject({ result: null })
    expect(node.advance()).toBe(true)
    expect(node.view()).toBe(2)
    expect(await node.rpc('eth_getBlockByHash', lostHead.hash, true)).toMatchObject({ result: null })
    expect(await node.rpc('eth_getBlockReceipts', lostHead.hash)).toMatchObject({ result: null })
    expect(await node.rpc('debug_traceBlockByHash', lostHead.hash, tracer)).toMatchObject({
      error: { code: -32001 },
    })
    expect(await node.rpc('eth_getBlockByHash', head.hash, true)).toMatchObject({
      result: { number: '0x1a' },
    })
    expect(node.advance()).toBe(false)
    node.setView(1)
    expect(await node.rpc('eth_blockNumber')).toMatchObject({ result: '0x16' })
    expect(() => node.setView(3)).toThrow('views 1 to 2')
  })

  it('advances when the head was served whole and is asked for again, not before', async () => {
    const node = await playing(recording, { advance: true })
    const { hash } = headOf(lost)
    expect(node.view()).toBe(1)
    await node.rpc('eth_getBlockByNumber', 'latest', false)
    await node.rpc('eth_getBlockByHash', hash, true)
    await node.rpc('eth_blockNumber')
    expect(node.view()).toBe(1)
    await node.rpc('eth_getBlockReceipts', lost.hashes[3])
    await node.rpc('eth_blockNumber')
    expect(node.view()).toBe(1)
    await node.rpc('eth_getBlockReceipts', hash)
    await node.rpc('eth_getBlockByHash', hash, true)
    expect(node.view()).toBe(1)
    expect(await node.rpc('eth_getBlockByNumber', 'latest', false)).toMatchObject({
      result: { hash: head.hash },
    })
    expect(node.view()).toBe(2)
  })

  it('can hide traces', async () => {
    const node = await playing(recording, { traces: false })
    for (const [method, param] of [
      ['debug_traceBlockByHash', head.hash],
      ['trace_block', '0x1'],
    ] as const)
      expect(await node.rpc(method, param, { tracer: 'callTracer' })).toMatchObject({
        error: { code: -32601 },
      })
  })
})

describe('the logs of a recording', () => {
  interface Log {
    address: string
    topics: string[]
    blockNumber: string
  }
  const logsIn = (hash: string) =>
    (JSON.parse(recording.blocks.get(hash)?.receipts ?? '[]') as { logs: Log[] }[]).flatMap(
      ({ logs }) => logs,
    )
  const all = won.hashes.flatMap(logsIn)
  const whole = { fromBlock: `0x${won.from.toString(16)}`, toBlock: 'latest' }

  it('are found by range, address and topics, as they were recorded', async () => {
    const node = await playing(recording)
    const found = async (filter: object) => (await node.rpc('eth_getLogs', { ...whole, ...filter })).result
    expect(all.length).toBeGreaterThan(3)
    expect(await found({})).toEqual(all)
    const [first] = all
    const last = all.at(-1)
    const topic = last?.topics[0]
    if (first === undefined || last === undefined || topic === undefined) throw new Error('no logs')
    expect(await found({ address: first.address.toUpperCase().replace('X', 'x') })).toEqual(
      all.filter(({ address }) => address === first.address),
    )
    expect(await found({ address: [first.address], topics: [[topic, unknownHash]] })).toEqual(
      all.filter(({ address, topics }) => address === first.address && topics[0] === topic),
    )
    expect(await found({ topics: [null, last.topics[1] ?? ''] })).toEqual(
      all.filter(({ topics }) => topics[1] === last.topics[1]),
    )
    expect(await found({ fromBlock: last.blockNumber, toBlock: last.blockNumber })).toEqual(
      all.filter(({ blockNumber }) => blockNumber === last.blockNumber),
    )
    expect((await node.rpc('eth_getLogs', { blockHash: head.hash })).result).toEqual(logsIn(head.hash))
  })

  it('of blocks that were not recorded are refused, and so is everything about state', async () => {
    const node = await playing(recording)
    const code = async (method: string, ...params: unknown[]) =>
      (await node.rpc(method, ...params)).error?.code
    expect(await code('eth_getLogs', { ...whole, toBlock: '0xffff' })).toBe(-32001)
    expect(await code('eth_getLogs', { blockHash: unknownHash })).toBe(-32001)
    expect(await code('eth_getLogs', { fromBlock: '0x5', toBlock: '0x1' })).toBe(-32001)
    expect(await code('eth_getLogs', 'everything')).toBe(-32602)
    expect(await code('eth_call', { to: unknownHash }, 'latest')).toBe(-32601)
    expect(await code('eth_getCode', unknownHash, 'latest')).toBe(-32601)
  })
})
