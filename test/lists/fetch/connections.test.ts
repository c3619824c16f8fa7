import { createServer } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { all } from '../../../src/ledger/database.ts'
import { proxyFor } from '../../../src/lists/fetch/connections.ts'
import { answer, csvList, listServer, updating } from '../list-server.ts'
import { refusal } from '../refusal.ts'

afterEach(() => vi.unstubAllEnvs())

/** A proxy that leads every connection to one place, wherever it is meant to go. */
async function proxyTo(
  origin: string,
): Promise<{ url: string; host: string; asked: string[]; logins: string[] }> {
  const asked: string[] = []
  const logins: string[] = []
  const proxy = createServer()
  proxy.on('connect', (request, socket, head) => {
    asked.push(request.url ?? '')
    logins.push(request.headers['proxy-authorization'] ?? '')
    const target = connect(Number(new URL(origin).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      target.write(head)
      target.pipe(socket).pipe(target)
    })
    for (const end of [target, socket]) end.on('error', () => {})
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    proxy.closeAllConnections()
    proxy.close()
  })
  const host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`
  return { url: `http://${host}`, host, asked, logins }
}

/** A server that answers every connection with the same text. */
async function saying(text: string): Promise<string> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {}).once('data', () => socket.end(text))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A list that is fetched from far away, through what the environment names. */
const far = () => updating({ origin: 'http://lists.example', host: '', requests: [], reply: () => {} })

describe('a proxy that the environment names', () => {
  it('is gone through, but for the hosts that it shall not be used for', async () => {
    const server = await listServer(answer(csvList(3)))
    const proxy = await proxyTo(server.origin)
    vi.stubEnv('http_proxy', proxy.url)
    vi.stubEnv('no_proxy', '127.0.0.1')
    const { update } = updating(server)
    expect(await update({ url: 'http://lists.example/list' })).toMatchObject({ state: 'activated' })
    expect(await update()).toMatchObject({ state: 'unchanged' })
    expect(proxy.asked).toEqual(['lists.example:80'])
    expect(server.requests.map(({ headers }) => headers.host)).toEqual(['lists.example', server.host])
  })

  it.each([
    ['user:p%40ss', 'user:p@ss'],
    ['token', 'token:'],
  ])('is told %s of its url', async (login, sent) => {
    const server = await listServer(answer(csvList(3)))
    const proxy = await proxyTo(server.origin)
    vi.stubEnv('http_proxy', `http://${login}@${proxy.host}`)
    await far().update()
    expect(proxy.logins).toEqual([`Basic ${Buffer.from(sent).toString('base64')}`])
  })
})

describe('a proxy that is of no use', () => {
  it.each([
    ['http_proxy', 'proxy.example:3128:SECRET'],
    ['HTTP_PROXY', 'socks5://user:SECRET@proxy.example'],
    ['HTTP_PROXY', 'http://user:SECRET%@proxy.example'],
  ])('is told by the name of its variable, %s, and not by what stands there', async (name, value) => {
    vi.stubEnv(name, value)
    const { db, update } = far()
    const error = await refusal(update())
    expect(error.code).toBe('config')
    expect(error.message).toMatch(new RegExp(`^${name} in the environment is no URL of a proxy`))
    expect(JSON.stringify([error.message, all(db, 'select * from list_checks')])).not.toContain('SECRET')
  })

  it('is not blamed on the server of the list where nobody listens', async () => {
    vi.stubEnv('http_proxy', 'http://user:SECRET@127.0.0.1:1')
    const error = await refusal(far().update())
    expect(error.message).toMatch(
      /^http:\/\/lists\.example could not be asked through the proxy http:\/\/127\.0\.0\.1:1: the proxy refuses connections\./,
    )
  })

  it.each([
    ['407 Proxy Authentication Required', 'list-refused'],
    ['503 Service Unavailable', 'list-unreachable'],
  ])('is not blamed on it where it answers %s', async (status, code) => {
    const host = await saying(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\n\r\n`)
    vi.stubEnv('http_proxy', `http://${host}`)
    const error = await refusal(far().update())
    expect(error.code).toBe(code)
    expect(error.message).toContain(
      `http://lists.example could not be asked through the proxy http://${host}: the proxy answered ${status}.`,
    )
  })

  it('is named where what comes through it is cut', async () => {
    const server = await listServer((response) => response.socket?.destroy())
    const proxy = await proxyTo(server.origin)
    vi.stubEnv('http_proxy', proxy.url)
    expect((await refusal(far().update())).message).toContain(
      `http://lists.example, asked through the proxy ${proxy.url}, closed the connection`,
    )
  })

  it('keeps nothing from being fetched that does not go through it', async () => {
    const server = await listServer(answer(csvList(3)))
    vi.stubEnv('http_proxy', 'nonsense')
    vi.stubEnv('no_proxy', '127.0.0.1')
    expect(await updating(server).update()).toMatchObject({ state: 'activated' })
  })
})

describe('an answer that is no HTTP', () => {
  it('is told as that', async () => {
    const host = await saying('SSH-2.0-OpenSSH_9.6\r\n')
    const server = { origin: `http://${host}`, host, requests: [], reply: () => {} }
    expect((await refusal(updating(server).update())).message).toContain(`http://${host} sent no valid HTTP.`)
  })
})

describe('the proxy for an address', () => {
  const both = { http_proxy: 'http://a:1', https_proxy: 'http://b:2' }
  it.each<[string, NodeJS.ProcessEnv, string | null]>([
    ['http://lists.example/list', {}, null],
    ['http://lists.example/list', both, 'http://a:1'],
    ['https://lists.example/list', both, 'http://b:2'],
    ['https://lists.example/list', { HTTP_PROXY: 'http://a:1' }, 'http://a:1'],
    ['http://lists.example/list', { HTTPS_PROXY: 'http://b:2' }, null],
    ['http://lists.example/list', { http_proxy: 'http://a:1', HTTP_PROXY: 'http://c:3' }, 'http://a:1'],
    ['http://lists.example/list', { ...both, no_proxy: '*' }, null],
    ['http://lists.example/list', { ...both, no_proxy: 'other.example, LISTS.example' }, null],
    ['http://eu.lists.example/list', { ...both, no_proxy: '.lists.example' }, null],
    ['http://eu.lists.example/list', { ...both, NO_PROXY: '*.example' }, null],
    ['http://mylists.example/list', { ...both, no_proxy: 'lists.example' }, 'http://a:1'],
    ['http://lists.example/list', { ...both, no_proxy: 'lists.example:8080' }, 'http://a:1'],
    ['http://lists.example:8080/list', { ...both, no_proxy: 'lists.example:8080' }, null],
    ['https://lists.example/list', { ...both, no_proxy: 'lists.example:443' }, null],
    ['http://[::1]:8080/list', { ...both, no_proxy: '[::1]' }, null],
  ])('%s beside %j is %s', (url, env, proxy) => {
    expect(proxyFor(new URL(url), env)?.origin ?? null).toBe(proxy)
  })
})
