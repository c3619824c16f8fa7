import { rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { clear, listed, post, servedProject, startServing } from './served-project.ts'

describe('`chainscreen server`, without the daemon', () => {
  it('answers with tokens of the command line, on record, until SIGTERM', async () => {
    const user = await servedProject()
    const added = await user.program('tokens', 'add', 'gate', '--scopes', 'screen,read', '--json')
    expect(added).toMatchObject({ code: 0, stderr: '' })
    const { token } = JSON.parse(added.stdout) as { token: string }
    const running = await startServing(user)
    const screenings = `${running.url}/v1/screenings`
    const subjects = [
      { address: listed, reference: 'w-1' },
      { address: clear, reference: 'w-2' },
      { address: 'x' },
    ]
    const answer = await post(screenings, { token, body: { subjects } })
    expect(answer.status).toBe(200)
    expect(answer.body.results).toMatchObject([
      { verdict: 'listed', matches: [{ list: 'house', subject: 'A party' }], alerts: [expect.any(String)] },
      { verdict: 'clear', alerts: [] },
      { verdict: 'unknown' },
    ])
    expect(user.query('select actor, via, reference, verdict, request from screenings order by seq')).toEqual(
      [['w-1', 'listed'] as const, ['w-2', 'clear'] as const, [null, 'unknown'] as const].map(
        ([reference, verdict]) => ({
          ...{ actor: 'gate', via: 'api', reference, verdict, request: answer.body.id },
        }),
      ),
    )
    expect(user.query('select id, status from alerts')).toEqual([
      { id: answer.body.results[0].alerts[0], status: 'attempted' },
    ])
    expect((await post(screenings, { token: `${token}x`, body: { subjects } })).status).toBe(401)
    // A token that is revoked beside it is refused at once.
    expect((await user.run('tokens', 'revoke', 'gate')).code).toBe(0)
    expect((await post(screenings, { token, body: { subjects } })).status).toBe(401)
    expect(user.query('select count(*) as n from screenings')).toEqual([{ n: 3 }])
    running.child.kill('SIGTERM')
    const { code, stdout, stderr } = await running.done
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr).not.toContain(token)
  })

  it('is not healthy once the daemon beside it is dead', async () => {
    const chains = [{ id: 'ethereum', type: 'evm', chainId: 1, rpc: ['http://127.0.0.1:9'], start: 0 }]
    const user = await servedProject()
    const lists = [{ id: 'house', format: 'csv', file: `${user.dir}/house.csv` }]
    user.configure({ lists, chains, server: { listen: '127.0.0.1:0' }, log: { level: 'info' } })
    await user.run('own', 'add', clear)
    const daemon = await startServing(user, 'run')
    const server = await startServing(user)
    const health = async () => {
      const answer = await fetch(`${server.url}/health`)
      return { status: answer.status, ...((await answer.json()) as { problems: string[] }) }
    }
    await expect.poll(health).toMatchObject({ status: 200, problems: [], chains: [{ state: 'following' }] })
    daemon.child.kill('SIGKILL')
    await daemon.done
    expect(await health()).toMatchObject({
      ...{ status: 503, healthy: false, chains: [{ state: 'waiting' }] },
      problems: [expect.stringContaining('no daemon runs on this database')],
    })
    server.child.kill('SIGTERM')
    await server.done
  })

  it('begins another epoch where the database was restored, as the daemon does', async () => {
    const user = await servedProject()
    const epoch = () => user.query<{ value: string }>(`select value from meta where key = 'epoch'`)[0]?.value
    const before = epoch()
    rmSync(`${user.database}.epoch`)
    const running = await startServing(user)
    expect(epoch()).toMatch(/^[0-9a-f]{32}$/)
    expect(epoch()).not.toBe(before)
    running.child.kill('SIGTERM')
    expect((await running.done).stderr).toContain('events begin another epoch')
  })

  it('makes no database: one that is missing is an error', async () => {
    const user = await servedProject()
    const { stderr, code } = await user.run('server', '--db', `${user.dir}/none.db`)
    expect(code).not.toBe(0)
    expect(stderr).toContain('none.db')
  })
})
