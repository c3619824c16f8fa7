import { appendFileSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createReplayNode } from '../src/chains/recording/replay-node.ts'
import { type Config, configSchema } from '../src/config/schema.ts'
import { defaultServer } from '../src/config/server.ts'
import { runDaemon } from '../src/daemon.ts'
import type { Health } from '../src/server/health.ts'
import { rememberingLog } from './lists/remembering-log.ts'
import { tempDir } from './temp.ts'
import { single } from './threads/single.ts'

/** A Bitcoin chain that is followed, and an EVM chain that is not; both may stand still for a moment only. */
async function configWith(evm: { rpc: string; chainId: number }): Promise<Config> {
  const recording = fileURLToPath(new URL('../data/chains/demo-bitcoin.recording.jsonl.gz', import.meta.url))
  const node = await createReplayNode(recording, { view: 1 })
  onTestFinished(() => node.close())
  const parsed = configSchema.parse({
    database: join(tempDir(), 'daemon.db'),
    chains: [
      { id: 'bitcoin', type: 'bitcoin', network: 'regtest', rpc: [node.url], start: 'latest', poll: '100ms' },
      { id: 'evm', type: 'evm', chainId: evm.chainId, rpc: [evm.rpc], start: 'latest', poll: '100ms' },
    ],
  })
  return {
    ...parsed,
    chains: parsed.chains.map((chain) => ({ ...chain, stallMs: 1_500 })) as Config['chains'],
  }
}

/** @returns what the daemon ended with within four seconds, or `runs`; and what it said. */
async function watch(config: Config): Promise<{ end: unknown; lines: string[] }> {
  const { log, lines } = rememberingLog()
  const stop = new AbortController()
  const end = runDaemon(single(config), { once: false, create: true, signal: stop.signal, log }).then(
    () => 'ended',
    (error: unknown) => error,
  )
  const seen = await Promise.race([end, setTimeout(4_000, 'runs')])
  stop.abort()
  await end
  return { end: seen, lines }
}

describe('the daemon', () => {
  it('goes on with the other chains when one has halted, for longer than a chain may stand still', async () => {
    const recording = fileURLToPath(new URL('../data/chains/demo-evm.recording.jsonl.gz', import.meta.url))
    const other = await createReplayNode(recording, { view: 1 })
    onTestFinished(() => other.close())
    const { end, lines } = await watch(await configWith({ rpc: other.url, chainId: 5 }))
    expect(lines).toContainEqual(expect.stringMatching(/^error evm halted: /))
    expect(end).toBe('runs')
  })

  it('tells over HTTP how its chains are, while it runs', async () => {
    const config = await configWith({ rpc: 'http://127.0.0.1:9', chainId: 5 })
    const { log, lines } = rememberingLog()
    const stop = new AbortController()
    const server = { ...defaultServer, port: 0 }
    const end = runDaemon(single({ ...config, server }), {
      once: false,
      create: true,
      signal: stop.signal,
      log,
    }).catch(() => {})
    await expect.poll(() => lines.join('\n')).toMatch(/health and metrics at http/)
    const url = /at (http\S+)/.exec(lines.find((line) => line.includes('health and metrics')) ?? '')?.[1]
    const chains = async () => ((await (await fetch(`${url}/health`)).json()) as Health).chains
    await expect.poll(chains).toMatchObject([
      { chain: 'bitcoin', state: 'following', cursorHeight: expect.any(Number) },
      { chain: 'evm', state: 'waiting', reason: expect.stringContaining('127.0.0.1:9') },
    ])
    stop.abort()
    await end
    await expect(fetch(`${url}/health`)).rejects.toThrow()
  })

  it('keeps lists up to date and serves without a chain, until it is told to stop', async () => {
    const { log, lines } = rememberingLog()
    const stop = new AbortController()
    const folder = tempDir()
    const house = join(folder, 'house.csv')
    writeFileSync(house, `address,subject\n0x${'11'.repeat(20)},A party\n`)
    const config = configSchema.parse({
      database: join(folder, 'daemon.db'),
      lists: [{ id: 'house', format: 'csv', file: house }],
      chains: [],
    })
    const server = { ...defaultServer, port: 0 }
    const end = runDaemon(single({ ...config, server }), {
      once: false,
      create: true,
      signal: stop.signal,
      log,
    }).then(() => 'ended')
    await expect
      .poll(() => lines.join('\n'))
      .toMatch(/no chain is configured: no block is screened; lists are kept/)
    const url = /at (http\S+)/.exec(lines.find((line) => line.includes('health and metrics')) ?? '')?.[1]
    const answer = await fetch(`${url}/health`)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({
      ...{ healthy: true, problems: [], chains: [] },
      notes: ['no chain is configured: no block is screened'],
      lists: [{ id: 'house', state: 'fresh' }],
    })
    expect((await fetch(`${url}/metrics`)).status).toBe(200)
    appendFileSync(house, `0x${'22'.repeat(20)},Another party\n`)
    const loads = () => lines.filter((line) => line === 'info list house is active').length
    await expect.poll(loads, { timeout: 15_000 }).toBe(2)
    stop.abort()
    expect(await end).toBe('ended')
    await expect(fetch(`${url}/health`)).rejects.toThrow()
  }, 30_000)

  it('ends at once without a chain where it is to run once', async () => {
    const { log, lines } = rememberingLog()
    const config = configSchema.parse({ database: join(tempDir(), 'daemon.db'), chains: [] })
    await runDaemon(single(config), {
      once: true,
      create: true,
      signal: new AbortController().signal,
      log,
    })
    expect(lines).toContain('warn no chain is configured: no block is screened')
  })

  it('does not call a chain halted whose node is down while it runs once', async () => {
    const config = await configWith({ rpc: 'http://127.0.0.1:9', chainId: 5 })
    const { log, lines } = rememberingLog()
    const signal = new AbortController().signal
    const end = runDaemon(single(config), { once: true, create: true, signal, log })
    await expect(end).rejects.toMatchObject({ code: 'node-unreachable' })
    expect(lines).toContainEqual(
      expect.stringMatching(/^error evm ended for now, and the next run goes on: /),
    )
    expect(lines.join('\n')).not.toMatch(/halted/)
  }, 30_000)

  it('takes back, at its start, a final height that some version before believed a node', async () => {
    const both = await configWith({ rpc: 'http://127.0.0.1:9', chainId: 5 })
    const config = { ...both, chains: both.chains.slice(0, 1) }
    const { log, lines } = rememberingLog()
    const once = { once: true, create: true, signal: new AbortController().signal, log }
    await runDaemon(single(config), once)
    const db = new Database(config.database)
    onTestFinished(() => {
      db.close()
    })
    const state = () =>
      db.prepare('select cursor_height - final_height as depth, head_height from chains').get()
    const before = state()
    expect(before).toMatchObject({ depth: 6 })
    db.exec('update chains set final_height = final_height + 1000')
    await runDaemon(single(config), once)
    expect(state()).toEqual(before)
    expect(lines).toContainEqual(
      expect.stringMatching(/^warn bitcoin: the final height \d+ was less than 6 blocks/),
    )
  })

  it('ends with a clear word when its database is deleted under it', async () => {
    const config = await configWith({ rpc: 'http://127.0.0.1:9', chainId: 5 })
    const patient = {
      ...config,
      chains: config.chains.map((chain) => ({ ...chain, stallMs: 60_000 })),
    } as Config
    const { log, lines } = rememberingLog()
    const signal = new AbortController().signal
    const end = runDaemon(single(patient), { once: false, create: true, signal, log }).catch(
      (error: unknown) => error,
    )
    await expect.poll(() => lines.join('\n')).toMatch(/following bitcoin/)
    rmSync(config.database)
    expect(await end).toMatchObject({
      code: 'database-lost',
      message: expect.stringContaining('was deleted or moved away'),
    })
    expect(existsSync(config.database)).toBe(false)
  })

  it('makes no database where there is none, unless it is told to', async () => {
    const config = await configWith({ rpc: 'http://127.0.0.1:9', chainId: 5 })
    const { log } = rememberingLog()
    const options = { once: true, signal: AbortSignal.abort(), log }
    await expect(runDaemon(single(config), options)).rejects.toThrow(
      /There is no database at .*chainscreen init/,
    )
    expect(existsSync(config.database)).toBe(false)
    await runDaemon(single(config), { ...options, create: true })
    expect(existsSync(config.database)).toBe(true)
  })

  it('waits for a node that is away as long as a chain may stand still, and then ends to be started anew', async () => {
    const { end, lines } = await watch(await configWith({ rpc: 'http://127.0.0.1:9', chainId: 5 }))
    expect(lines).toContainEqual(expect.stringMatching(/^warn evm: /))
    expect(end).toMatchObject({ code: 'stalled' })
  })
})
