import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { runCli } from '../../src/cli/run-cli.ts'
import { all } from '../../src/ledger/database.ts'
import { readTokens } from '../../src/ledger/tokens.ts'
import { personOfToken } from '../../src/operations/tokens.ts'
import { freshLedger } from '../ledger/fixtures.ts'

/** Runs a command line, and takes what it prints. */
async function cli(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const texts = { out: '', err: '' }
  const take = (name: 'out' | 'err') => (text: unknown) => {
    texts[name] += String(text)
    return true
  }
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(take('out') as never),
    vi.spyOn(process.stderr, 'write').mockImplementation(take('err') as never),
  ]
  try {
    return { code: await runCli(args), ...texts }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

describe('tokens', () => {
  it('are printed once, listed without themselves, and revoked', async () => {
    const db = freshLedger()
    const on = ['--db', db.name]
    const added = await cli('tokens', 'add', 'gate', '--scopes', 'screen,read', ...on)
    expect(added).toMatchObject({ code: 0, err: '' })
    expect(added.out).toMatch(/^chainscreen_[\w-]{43}\n$/)
    const json = await cli('tokens', 'add', 'ann-1', '--scopes', 'decide', '--person', 'ann', '--json', ...on)
    expect(JSON.parse(json.out)).toEqual({
      ...{ name: 'ann-1', scopes: ['decide'], expires: null },
      token: expect.stringMatching(/^chainscreen_/),
    })
    expect(personOfToken(db, JSON.parse(json.out).token, new Date().toISOString())).toBe('ann')
    const list = await cli('tokens', 'list', ...on)
    expect(list.out).toContain('(service)')
    expect(list.out).not.toContain(added.out.trim())
    expect((await cli('tokens', 'revoke', 'gate', ...on)).code).toBe(0)
    expect(readTokens(db).map(({ name, revokedAt }) => [name, revokedAt !== null])).toEqual([
      ['ann-1', false],
      ['gate', true],
    ])
    expect(all(db, 'select action from audit')).toEqual([
      { action: 'token.added' },
      { action: 'token.added' },
      { action: 'token.revoked' },
    ])
  })

  it.each([
    [['add', 'x', '--scopes', 'everything'], /everything is unknown; expected read, screen/],
    [['add', 'x', '--scopes', ''], /No scope/],
    [['add', 'x', '--scopes', 'read', '--expires', '2001-01-01'], /has passed/],
    [['revoke', 'nobody'], /No token of that name/],
  ])('%j are refused', async (args, reason) => {
    const { code, err } = await cli('tokens', ...args, '--db', freshLedger().name)
    expect(code).toBe(2)
    expect(err).toMatch(reason)
  })

  it('say who a person is on the command line, and nobody else', async () => {
    const db = freshLedger()
    const token = (
      await cli('tokens', 'add', 'ann-1', '--scopes', 'decide', '--person', 'ann', '--db', db.name)
    ).out
    vi.stubEnv('CHAINSCREEN_TOKEN', token.trim())
    onTestFinished(() => void vi.unstubAllEnvs())
    expect((await cli('tokens', 'add', 'b', '--scopes', 'read', '--db', db.name)).code).toBe(0)
    expect(all(db, 'select actor from audit order by seq desc limit 1')).toEqual([{ actor: 'ann' }])
    const other = await cli('tokens', 'add', 'c', '--scopes', 'read', '--actor', 'bob', '--db', db.name)
    expect(other.code).toBe(2)
    expect(other.err).not.toContain(token.trim())
    vi.stubEnv('CHAINSCREEN_TOKEN', 'chainscreen_guessed')
    expect((await cli('tokens', 'add', 'd', '--scopes', 'read', '--db', db.name)).err).toMatch(
      /no valid token/,
    )
  })
})
