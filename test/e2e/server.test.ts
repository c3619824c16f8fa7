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

  it('makes no database: one that is missing is an error', async () => {
    const user = await servedProject()
    const { stderr, code } = await user.run('server', '--db', `${user.dir}/none.db`)
    expect(code).not.toBe(0)
    expect(stderr).toContain('none.db')
  })
})
