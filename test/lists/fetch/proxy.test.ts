import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { answer, csvList, listServer, updating } from '../list-server.ts'

afterEach(() => vi.unstubAllEnvs())

/** A proxy that leads every connection to one place, wherever it is meant to go. */
async function proxyTo(origin: string): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = []
  const proxy = createServer()
  proxy.on('connect', (request, socket, head) => {
    asked.push(request.url ?? '')
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
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked }
}

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
})
