import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { newProject } from '../e2e/project.ts'
import { answer, csvList, listServer, redirectTo } from '../lists/list-server.ts'

const sha = (content: string) => createHash('sha256').update(content).digest('hex')
const good = csvList(30)
const half = csvList(15)

async function project(...replies: Parameters<typeof listServer>) {
  const server = await listServer(...replies)
  const list = { id: 'l', format: 'csv', url: `${server.origin}/list?key=SECRET`, maxAge: '72h' }
  return { server, user: newProject({ lists: [list], chains: [] }) }
}

describe('lists update', () => {
  it('fetches, says what came of it, and `lists show` tells the story', async () => {
    const { server, user } = await project(
      answer(good, { etag: '"v1"' }),
      answer('', {}, 304),
      redirectTo('https://elsewhere.example/?key=SECRET'),
    )
    const first = await user.run('lists', 'update')
    expect(first).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('l: 30 addresses') })
    const second = await user.run('lists', 'update', 'l')
    expect(second.stdout).toBe(`l: nothing new: ${sha(good).slice(0, 12)}… is the current version.\n`)
    const third = await user.run('lists', 'update', 'l')
    expect(third).toMatchObject({ code: 1, stdout: '' })
    expect(third.stderr).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+ redirects to https:\/\/elsewhere\.example, which the config/,
    )
    const { stdout } = await user.run('lists', 'show', 'l')
    const checks = [...stdout.matchAll(/^ {4}\S+Z {2}(\S+(?: \d+)?) {2}/gm)].map(([, outcome]) => outcome)
    expect(checks).toEqual(['failed', 'not-modified 304', 'activated 200'])
    expect(third.stderr + stdout).not.toContain('SECRET')
    expect(server.requests).toHaveLength(3)
  })

  it('is shown within 80 columns, the same again and again once, and why a version is held once', async () => {
    const { user } = await project(
      answer(good, { etag: '"v1"' }),
      answer('', {}, 304),
      answer('', {}, 304),
      answer(half),
    )
    for (const _ of [1, 2, 3, 4]) await user.run('lists', 'update')
    const { stdout } = await user.run('lists', 'show', 'l')
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
    const text = stdout.replace(/\s+/g, ' ')
    expect(text).toMatch(/not-modified 304 nothing new \(2 times since \S+Z\)/)
    expect(text.match(/not-modified/g)).toHaveLength(1)
    expect(text.match(/15 of 30 addresses are gone/g)).toHaveLength(1)
    expect(text).toContain('HELD above says why')
  })

  it('holds, and `lists approve` activates from what is stored', async () => {
    const { user } = await project(answer(good), answer(half))
    await user.run('lists', 'update')
    const held = await user.run('lists', 'update', '--json')
    expect(held.code).toBe(1)
    expect(JSON.parse(held.stdout)).toMatchObject([{ state: 'held', sha256: sha(half) }])
    expect((await user.run('doctor')).stdout).toContain('a version is held: `chainscreen lists show l`')
    const approved = await user.run('lists', 'approve', 'l', sha(half).slice(0, 8), '--yes', '--json')
    expect(approved.code).toBe(0)
    expect(JSON.parse(approved.stdout)).toMatchObject({ listId: 'l', sha256: sha(half), revision: 2 })
    expect(user.query('select active_snapshot from lists')).toEqual([{ active_snapshot: sha(half) }])
  })

  it('is what `run --once` does before it reads a block, and a start needs at least one version', async () => {
    const { server, user } = await project(answer('no', {}, 403), answer(good), answer(csvList(31)))
    expect(await user.run('run', '--once', '--create')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('403 Forbidden'),
    })
    expect(await user.run('run', '--once')).toMatchObject({ code: 0 })
    expect(await user.run('run', '--once')).toMatchObject({ code: 0 })
    expect(server.requests).toHaveLength(3)
    expect(user.query('select active_snapshot from lists')).toEqual([{ active_snapshot: sha(csvList(31)) }])
  })

  it('tells the supervisor to come back where a first download fails for the moment', async () => {
    const { user } = await project(answer('later', { 'retry-after': '3600' }, 503))
    const { code, stderr } = await user.run('run', '--once', '--create')
    expect(code).toBe(75)
    expect(stderr).toMatch(/503 Service Unavailable, and asks to wait 3600 seconds/)
  })

  it('lets the answers of `screen` age with the last successful check', async () => {
    const { user } = await project(answer(good))
    await user.run('lists', 'update')
    const clean = `0x${'9'.repeat(40)}`
    expect((await user.run('screen', clean)).code).toBe(0)
    user.configure({
      lists: [{ id: 'l', format: 'csv', url: 'http://127.0.0.1:9/', maxAge: '1s' }],
      chains: [],
    })
    const update = await user.run('lists', 'update', 'l')
    expect(update.code).toBe(75)
    const stale = await user.run('screen', clean)
    expect(stale).toMatchObject({
      code: 4,
      stdout: expect.stringMatching(/UNKNOWN[\s\S]*may be 1 seconds at most/),
    })
    expect((await user.run('lists', 'show')).stdout).toMatch(/UNHEALTHY +list l is \d+ \S+ old/)
    expect((await user.run('doctor')).stdout).toMatch(
      /list l is \d+ \S+ old.*\n.*`chainscreen lists show l` shows/,
    )
  })
})
