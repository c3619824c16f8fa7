import { expect, it } from 'vitest'
import { addToken, listed, post, servedProject, startServing } from './served-project.ts'
import { waitFor } from './wait-for.ts'

const secrets = {
  key: 'rpc-key-of-the-path-4f1c',
  password: 'rpc-password-93ab',
  list: 'list-login-52c0',
  hook: `whsec_${Buffer.from('hook-secret-of-24-bytes!').toString('base64')}`,
  server: 'server-token-of-the-config-1b2c',
  sso: 'sso-secret-of-the-proxy-8e8e',
}

it('no credential of the config is in an answer, an error, a metric or the log', async () => {
  const user = await servedProject()
  const lists = [
    { id: 'house', format: 'csv', file: `${user.dir}/house.csv` },
    { id: 'away', format: 'csv', url: `http://user:${secrets.list}@127.0.0.1:9/away.csv` },
  ]
  const chains = [
    {
      id: 'ethereum',
      type: 'evm',
      chainId: 1,
      rpc: [`http://user:${secrets.password}@127.0.0.1:9/v3/${secrets.key}`],
      start: 0,
    },
  ]
  const sso = {
    userHeader: 'x-user',
    trustedProxies: ['127.0.0.1'],
    secret: secrets.sso,
    users: { ann: ['read'] },
  }
  const delivery = [
    { id: 'hook', type: 'webhook', url: 'http://127.0.0.1:9/', secret: secrets.hook, allowPrivate: true },
  ]
  const configure = (named: object[]) =>
    user.configure({
      ...{ lists: named, chains, delivery, log: { level: 'debug' } },
      server: { listen: '127.0.0.1:0', token: secrets.server, sso },
    })
  configure(lists)
  const token = await addToken(user, 'ann-1', '--scopes', 'read,screen,decide,own,admin', '--person', 'ann')
  for (const command of ['run', 'server']) {
    // `run` ends where a list can't be loaded at all.
    configure(command === 'run' ? lists.slice(0, 1) : lists)
    const running = await startServing(user, command)
    const get = async (path: string) => {
      const answer = await fetch(`${running.url}${path}`, { headers: { 'x-api-key': token } })
      return `${JSON.stringify([...answer.headers])} ${await answer.text()}`
    }
    // The chain's node is away, and the answer has why.
    if (command === 'run')
      await waitFor(
        'the node that is away',
        async () => /127\.0\.0\.1:9|refused/.exec(await get('/health')) ?? undefined,
      )
    const said = [await fetch(`${running.url}/health`).then((answer) => answer.text())]
    const paths = [
      '/health',
      '/metrics',
      '/readyz',
      '/openapi.json',
      '/v1/lists',
      '/v1/coverage/ethereum',
      '/v1/events',
      '/v1/alerts/x',
    ]
    for (const path of [...paths, '/v1/transactions?chain=none&tx=x', '/v1/none']) said.push(await get(path))
    for (const body of [
      { subjects: [{ address: listed, chain: 'ethereum' }] },
      { subjects: [{ address: listed, chain: 'none' }] },
      {},
    ])
      said.push(JSON.stringify((await post(`${running.url}/v1/screenings`, { token, body })).body))
    running.child.kill('SIGTERM')
    const { code, stdout, stderr } = await running.done
    expect({ command, code }).toEqual({ command, code: 0 })
    const texts = [...said, stdout, stderr].join('\n')
    expect(texts).toContain('ethereum')
    for (const secret of [...Object.values(secrets), token]) expect(texts).not.toContain(secret)
  }
})
