import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { record } from '../../../src/chains/recording/record.ts'
import { headOf, loadRecording } from '../../../src/chains/recording/recording.ts'
import { startAnvil } from '../../anvil.ts'
import { tempDir } from '../../temp.ts'
import { demoBitcoin, demoEvm } from './demo.ts'
import { playing } from './rpc.ts'

/** Decompressed: zlib may pack differently from one version of Node to the next. */
const content = (path: string) => gunzipSync(readFileSync(path))

describe('record', () => {
  it('records from an EVM replay node what that node plays, both branches, byte for byte', async () => {
    const node = await playing(demoEvm, { view: 1 })
    const out = join(tempDir(), 'again.recording.jsonl.gz')
    const options = { family: 'evm', url: node.url, from: 1, out, append: true, everything: true } as const
    await record({ ...options, to: 22 })
    node.advance()
    const done = await record({ ...options, to: 26 })
    expect(done).toMatchObject({ blocks: 30, views: 2, missing: [] })
    expect(content(out).equals(content(demoEvm))).toBe(true)
    expect(readdirSync(join(out, '..'))).toEqual(['again.recording.jsonl.gz'])
  })

  it('records from a Bitcoin replay node what that node plays, with the stale branch as an earlier view', async () => {
    const node = await playing(demoBitcoin)
    const out = join(tempDir(), 'again.recording.jsonl.gz')
    const done = await record({ family: 'bitcoin', url: node.url, from: 111, to: 123, out, everything: true })
    expect(done).toMatchObject({ blocks: 16, views: 2 })
    expect(content(out).equals(content(demoBitcoin))).toBe(true)
  })

  it('appends both views of a Bitcoin node one after the other, and no view twice', async () => {
    const node = await playing(demoBitcoin, { view: 1 })
    const out = join(tempDir(), 'again.recording.jsonl.gz')
    const options = {
      family: 'bitcoin',
      url: node.url,
      from: 111,
      out,
      append: true,
      everything: true,
    } as const
    await record({ ...options, to: 121 })
    await record({ ...options, to: 121 })
    node.advance()
    await record({ ...options, to: 123 })
    expect((await loadRecording(out)).views).toEqual((await loadRecording(demoBitcoin)).views)
  })

  it('never writes over a recording that is there', async () => {
    const node = await playing(demoEvm)
    const out = join(tempDir(), 'x.recording.jsonl.gz')
    await record({ family: 'evm', url: node.url, from: 1, to: 2, out })
    const before = readFileSync(out)
    await expect(record({ family: 'evm', url: node.url, from: 1, to: 3, out })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('--append'),
    })
    expect(readFileSync(out).equals(before)).toBe(true)
  })

  it('asks by default what chainscreen asks: REST where served, else getblock 3; traces where served', async () => {
    let out = ''
    /** Each recording is a new file: one that is there is never written over. */
    const fresh = () => {
      out = join(tempDir(), 'x.recording.jsonl.gz')
      return out
    }
    const first = async () => [...(await loadRecording(out)).blocks.values()].at(-1)
    const bitcoin = await playing(demoBitcoin)
    await record({ family: 'bitcoin', url: bitcoin.url, from: 112, to: 113, out: fresh() })
    expect(Object.keys((await first()) ?? {})).toEqual([
      ...['kind', 'height', 'hash', 'parentHash', 'header', 'block', 'spent'],
    ])
    const old = await playing(demoBitcoin, { rest: false })
    await record({ family: 'bitcoin', url: old.url, from: 112, to: 113, out: fresh() })
    expect(Object.keys((await first()) ?? {})).toEqual([
      ...['kind', 'height', 'hash', 'parentHash', 'header', 'block', 'verbose'],
    ])
    const evm = await playing(demoEvm)
    await record({ family: 'evm', url: evm.url, from: 2, to: 3, out: fresh() })
    expect(Object.keys((await first()) ?? {})).toEqual([
      ...['kind', 'height', 'hash', 'parentHash', 'block', 'receipts', 'traces'],
    ])
    const untraced = await playing(demoEvm, { traces: false })
    for (const node of [untraced, evm]) {
      await record({ family: 'evm', url: node.url, from: 2, to: 3, out: fresh(), traces: node === untraced })
      expect(Object.keys((await first()) ?? {})).toEqual([
        ...['kind', 'height', 'hash', 'parentHash', 'block', 'receipts'],
      ])
    }
    expect((await loadRecording(out)).views[0]?.finalized?.height).toBe(3)
  })

  it('says what everything asked for and the node does not have', async () => {
    const node = await playing(demoEvm, { traces: false })
    const out = join(tempDir(), 'x.recording.jsonl.gz')
    const done = await record({ family: 'evm', url: node.url, from: 1, to: 2, out, everything: true })
    expect(done.missing).toEqual(['debug_traceBlockByHash', 'trace_block'])
  })

  it('leaves nothing behind when it fails, and an existing recording as it was', async () => {
    const folder = tempDir()
    const out = join(folder, 'x.recording.jsonl.gz')
    const evm = await playing(demoEvm)
    const bitcoin = await playing(demoBitcoin)
    const options = { family: 'evm', url: evm.url, from: 1, to: 3, out } as const
    await expect(record({ ...options, to: 99 })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('has blocks up to 26; asked to record up to 99'),
    })
    await expect(record({ ...options, from: 4 })).rejects.toMatchObject({ code: 'usage' })
    await expect(record({ ...options, url: 'http://127.0.0.1:1/secret' })).rejects.toMatchObject({
      code: 'node-unreachable',
      message: expect.not.stringContaining('secret'),
    })
    await expect(record({ ...options, url: bitcoin.url })).rejects.toMatchObject({ code: 'node-bad-answer' })
    await expect(record({ ...options, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'aborted',
    })
    expect(existsSync(out)).toBe(false)
    await record(options)
    const before = readFileSync(out)
    const other = {
      ...options,
      family: 'bitcoin',
      url: bitcoin.url,
      append: true,
      from: 111,
      to: 112,
    } as const
    await expect(record(other)).rejects.toMatchObject({ code: 'wrong-chain' })
    expect(readFileSync(out).equals(before)).toBe(true)
    expect(readdirSync(folder)).toEqual(['x.recording.jsonl.gz'])
  })

  it('records a live anvil, and its reorg', async () => {
    const anvil = await startAnvil({ args: ['--no-mining'] })
    onTestFinished(() => anvil.stop())
    await anvil.rpc('anvil_mine', '0x5')
    const out = join(tempDir(), 'live.recording.jsonl.gz')
    const heights: number[] = []
    const onProgress = ({ height }: { height: number }) => heights.push(height)
    const options = { family: 'evm', url: anvil.url, from: 1, to: 5, out, append: true, onProgress } as const
    await record(options)
    const [from, to] = await anvil.rpc<string[]>('eth_accounts')
    await anvil.rpc('anvil_reorg', 2, [[{ from, to, value: '0x9' }, 0]])
    await record(options)
    const { views, blocks } = await loadRecording(out)
    expect(heights).toEqual([5, 5])
    expect(views).toHaveLength(2)
    expect(blocks.size).toBe(8)
    const [lost, won] = views
    if (lost === undefined || won === undefined) throw new Error('two views')
    expect(won.hashes.slice(0, 3)).toEqual(lost.hashes.slice(0, 3))
    expect(headOf(won)).toEqual({ height: 5, hash: won.hashes[4] })
    expect(won.hashes[3]).not.toBe(lost.hashes[3])
    const node = await playing(out)
    expect(await node.rpc('eth_getBlockByNumber', 'latest', true)).toEqual(
      expect.objectContaining({ result: await anvil.rpc('eth_getBlockByNumber', 'latest', true) }),
    )
  })
})
