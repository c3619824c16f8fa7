import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { defaultServer } from '../../src/config/server.ts'
import { runDaemon } from '../../src/daemon.ts'
import type { Health } from '../../src/server/health.ts'
import { startFakeNode as startBitcoinNode } from '../chains/bitcoin/fake-node.ts'
import { regtestChain } from '../chains/bitcoin/regtest-chain.ts'
import {
  type Handler,
  healthyNode,
  httpAnswer,
  rpcError,
  startFakeNode as startEvmNode,
} from '../chains/evm/fake-node.ts'
import { newProject, type Project } from '../e2e/project.ts'
import { rememberingLog } from '../lists/remembering-log.ts'

const key = 'K3yOfTheNode9x7Q2m'
const hexKey = '7f3a9c77deadbeef0142a6b8c9d0e1f2'
const password = 'pa55w0rd-Of-Mine'
const login = `oper8or:${password}`
const base64 = (text: string) => Buffer.from(text).toString('base64')
const percent = (text: string) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join('')

/** What a gateway may tell again of a request, in every way that it may be told. */
const echoes: readonly [name: string, text: string][] = [key, hexKey, password, `Basic ${base64(login)}`]
  .flatMap((secret) => [
    secret,
    secret.toUpperCase(),
    secret.toLowerCase(),
    percent(secret),
    base64(`GET /v3/${secret} HTTP/1.1`),
    `${secret.slice(0, 9)} ${secret.slice(9)}`,
    [...secret].join('\u200b'),
  ])
  .map((text) => [text.slice(0, 20), text])

/** Ten letters of any secret, however they are written, are one too many. */
const traces = [key, hexKey, password, base64(login), base64(`GET /v3/${key} HTTP/1.1`).slice(14, 30)]
  .flatMap((secret) => [secret, percent(secret)])
  .map(lettersOf)
  .flatMap((letters) => [letters.slice(0, 10), letters.slice(-10)])

function lettersOf(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '')
}

function expectSilent(text: string): void {
  const letters = lettersOf(text)
  for (const trace of traces) expect(letters.includes(trace) ? `${trace} in ${text}` : '').toBe('')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not reach a terminal
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e\u2066-\u2069]/)
}

/** Runs what an operator runs, and searches all that is said and every byte that is kept. */
async function expectAllSilent(user: Project): Promise<void> {
  for (const command of [
    ['run', '--once'],
    ['doctor'],
    ['doctor', '--json'],
    ['lists', 'show'],
    ['coverage'],
  ]) {
    const { stdout, stderr } = await user.run(...command)
    expectSilent(stdout)
    expectSilent(stderr)
  }
  for (const name of readdirSync(user.dir).filter(
    (file) => file.includes('.db') && !file.endsWith('snapshots'),
  ))
    for (const encoding of ['utf8', 'utf16le'] as const)
      for (const trace of traces)
        expect(lettersOf(readFileSync(join(user.dir, name), encoding)).includes(trace)).toBe(false)
}

/** Runs the daemon until its server tells of something like this, and searches what it serves. */
async function expectServedSilent(
  user: Project,
  expected: RegExp,
  { logged = /./, ...clock }: { now?: () => string; logged?: RegExp } = {},
): Promise<void> {
  const { log, lines } = rememberingLog()
  const stop = new AbortController()
  const config = { ...loadConfig(user.config), server: { ...defaultServer, port: 0 } }
  const ended = runDaemon(config, { once: false, create: true, signal: stop.signal, log, ...clock }).catch(
    () => {},
  )
  try {
    const url = () => /health and metrics at (http\S+)/.exec(lines.join('\n'))?.[1] ?? ''
    await expect.poll(url, { timeout: 10_000 }).not.toBe('')
    const health = async () => await (await fetch(`${url()}/health`)).text()
    const told = async () => {
      const { chains, lists } = JSON.parse(await health()) as Health
      return [...chains.map(({ reason }) => reason), ...lists.map(({ problem }) => problem)].join('\n')
    }
    await expect.poll(told, { timeout: 20_000 }).toMatch(expected)
    await expect.poll(() => lines.join('\n'), { timeout: 20_000 }).toMatch(logged)
    const metrics = await (await fetch(`${url()}/metrics`)).text()
    expect(metrics).toContain('chainscreen_')
    for (const text of [await health(), metrics, lines.join('\n')]) expectSilent(text)
  } finally {
    stop.abort()
    await ended
  }
}

const evmAt = (url: string) => ({
  ...{ id: 'eth', type: 'evm', chainId: 1, start: 7, timeout: '5s', traces: 'auto', verify: 'warn' },
  rpc: [`http://${login}@${new URL(url).host}/v3/${key}?apikey=${hexKey}`],
})

const bitcoinAt = (url: string) => ({
  ...{ id: 'btc', type: 'bitcoin', network: 'regtest', start: 0, verify: 'warn' },
  rpc: [`${url}/v3/${key}?apikey=${hexKey}`],
  username: 'oper8or',
  password,
})

/** All of it in one text, and with what moves a terminal. */
const everything = `\u001b[31m\u202e${echoes.map(([, text]) => text).join(' | ')}\u0007`

describe('what an EVM node tells of what it was asked with', () => {
  it.each([
    ['its name', { web3_clientVersion: () => `geth ${everything}` }],
    ['an error', { eth_getBlockReceipts: rpcError(-32000, everything) }],
    ['an error of its head', { eth_getBlockByNumber: rpcError(-32000, everything) }],
    ['an error of its traces', { debug_traceBlockByHash: rpcError(-32000, everything) }],
    ['a field of a block', { eth_getBlockByNumber: () => ({ hash: `0x${hexKey}`, number: '0x1' }) }],
    [
      'a field of a receipt',
      { eth_getBlockReceipts: () => [{ [everything]: 1 }, { blockHash: `0x${hexKey}` }] },
    ],
    ['its chain id', { eth_chainId: () => `0x${hexKey}` }],
    ['the page of a gateway', { eth_chainId: httpAnswer(502, everything, 'text/html') }],
    ['a refusal', { eth_chainId: httpAnswer(401, everything, 'text/html') }],
  ])('is told by nothing: %s', async (_, handlers) => {
    const node = await startEvmNode({ ...healthyNode(), ...handlers })
    const user = newProject({ lists: [], log: { level: 'debug' }, chains: [evmAt(node.url)] })
    await user.own(user.file('own.csv', `address,kind,reference\n0x${'1'.repeat(40)},deposit,1\n`))
    await expectAllSilent(user)
  })
})

describe('what a Bitcoin node tells of what it was asked with', () => {
  const failed = (code: number) =>
    JSON.stringify({ id: 0, result: null, error: { code, message: everything } })
  it.each([
    ['that it is starting', /^getblockchaininfo/, 500, failed(-28)],
    ['an error', /^getblockhash/, 500, failed(-1)],
    ['an error of a batch', /^getblockhash/, 500, failed(-32603)],
    ['its chain', /^getblockchaininfo/, 200, undefined],
    ['its name', /^getnetworkinfo/, 200, JSON.stringify({ id: 0, result: { subversion: everything } })],
    ['an answer of REST', /^GET/, 404, everything],
    ['a page', /^getblockchaininfo/, 200, everything],
  ])('is told by nothing: %s', async (_, wanted, status, body) => {
    const node = await startBitcoinNode({ chain: regtestChain({}) })
    const chain = { chain: everything, blocks: 0, headers: 0, bestblockhash: '0'.repeat(64) }
    const info = JSON.stringify({ id: 0, result: { ...chain, initialblockdownload: false } })
    node.state.intercept = (request) => (wanted.test(request) ? { status, body: body ?? info } : undefined)
    const user = newProject({ lists: [], log: { level: 'debug' }, chains: [bitcoinAt(node.url)] })
    await user.own(user.file('own.csv', `address,kind,reference\n0x${'1'.repeat(40)},deposit,1\n`))
    await expectAllSilent(user)
  })
})

describe('what a list server tells of what it was asked with', () => {
  const csv = `address,subject\n0x${'2'.repeat(40)},Party\n`
  const validators = (secret: string) => ({
    etag: `"${secret.replace(/[^\x21\x23-\x7e]/g, '')}"`,
    'last-modified': secret.replace(/[^\x20-\x7e]/g, ''),
  })
  it.each([
    ...echoes.map(([name, text]): [string, (response: ServerResponse) => void] => [
      `an etag with ${name}`,
      (response) => response.writeHead(200, { ...validators(text), 'content-length': csv.length }).end(csv),
    ]),
    [
      'a redirect',
      (response: ServerResponse) =>
        response.writeHead(302, { location: `https://${key}.example/${password}` }).end(),
    ],
    [
      'an encoding',
      (response: ServerResponse) =>
        response.writeHead(200, { 'content-encoding': key, 'content-length': csv.length }).end(csv),
    ],
    [
      'a file that is none',
      (response: ServerResponse) => {
        const page = Buffer.from(`${everything}\n`)
        response.writeHead(200, { 'content-length': page.length }).end(page)
      },
    ],
  ])('is told by nothing: %s', async (_, reply) => {
    const server = createServer((_request: IncomingMessage, response) => reply(response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const { port } = server.address() as AddressInfo
    const url = `http://${login}@127.0.0.1:${port}/${key}/list.csv?k=${hexKey}`
    const user = newProject({
      lists: [{ id: 'l', format: 'csv', url }],
      log: { level: 'debug' },
      chains: [],
    })
    await expectAllSilent(user)
  })
})

describe('what /health and /metrics of the daemon tell', () => {
  const own = (user: Project) =>
    user.own(user.file('own.csv', `address,kind,reference\n0x${'1'.repeat(40)},deposit,1\n`))

  it.each<[string, Record<string, Handler>, RegExp]>([
    ['an error of its head', { eth_getBlockByNumber: rpcError(-32000, everything) }, /\(secret\)/],
    ['an error of its receipts', { eth_getBlockReceipts: rpcError(-32000, everything) }, /\(secret\)/],
    ['its chain id', { eth_chainId: () => `0x${hexKey}` }, /eth_chainId|chain/],
    ['the page of a gateway', { eth_chainId: httpAnswer(502, everything, 'text/html') }, /HTTP 502/],
    ['a refusal', { eth_chainId: httpAnswer(401, everything, 'text/html') }, /HTTP 401/],
  ])(
    'has nothing of what an EVM node tells again in %s',
    async (_, handlers, expected) => {
      const node = await startEvmNode({ ...healthyNode(), ...handlers })
      const user = newProject({ lists: [], chains: [evmAt(node.url)] })
      await own(user)
      await expectServedSilent(user, expected)
    },
    40_000,
  )

  it('has nothing of what a Bitcoin node tells again in an error', async () => {
    const node = await startBitcoinNode({ chain: regtestChain({}) })
    const body = JSON.stringify({ id: 0, result: null, error: { code: -1, message: everything } })
    node.state.intercept = (request) => (/^getblockhash/.test(request) ? { status: 500, body } : undefined)
    const user = newProject({ lists: [], chains: [bitcoinAt(node.url)] })
    await own(user)
    await expectServedSilent(user, /\(secret\)/)
  }, 40_000)

  it('has nothing of what a list server tells again where it leads elsewhere', async () => {
    let moved = false
    const server = createServer((_request, response) => {
      if (moved) response.writeHead(302, { location: `https://${key}.example/${password}` }).end()
      else response.end(`address\n0x${'ab'.repeat(20)}\n`)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const { port } = server.address() as AddressInfo
    const url = `http://${login}@127.0.0.1:${port}/${key}/list.csv?k=${hexKey}`
    const node = await startEvmNode(healthyNode())
    const lists = [{ id: 'l', format: 'csv', url, maxAge: '1h' }]
    const user = newProject({ lists, chains: [{ ...evmAt(node.url), rpc: [node.url] }] })
    await own(user)
    // A daemon starts with the version it has: one that has none ends, and serves nothing.
    expect((await user.run('lists', 'update')).code).toBe(0)
    moved = true
    const inAMonth = () => new Date(Date.now() + 30 * 86_400_000).toISOString()
    await expectServedSilent(user, /list l is 30 days old/, { now: inAMonth, logged: /redirects to/ })
  }, 40_000)
})
