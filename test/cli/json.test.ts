import { describe, expect, it } from 'vitest'
import { demoFile, demoLists, demoTruth, playDemoNode } from '../e2e/demo-chain.ts'
import { newProject, type Project } from '../e2e/project.ts'

/** A user who followed the recorded EVM chain. */
async function followed(more: Readonly<Record<string, unknown>> = {}): Promise<Project> {
  const { chain } = await playDemoNode('evm')
  const user = newProject({ lists: demoLists, chains: [chain], ...more })
  await user.own(demoFile('demo-evm.own.csv'))
  return user
}

async function json(user: Project, ...args: string[]) {
  const { code, stdout, stderr } = await user.run(...args, '--json')
  expect({ code, stderr }, args.join(' ')).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

describe('what programs read', () => {
  it('is on stdout and nothing else is, however much is logged', async () => {
    const user = await followed({ log: { level: 'trace' } })
    const { code, stdout, stderr } = await user.run('run', '--once')
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    const lines = stderr
      .trimEnd()
      .split('\n')
      .map((line): { msg: string } => JSON.parse(line))
    expect(lines.map(({ msg }) => msg)).toContain('evm is at its head')

    const replay = await user.run('replay', 'evm', '--from', '1', '--to', '9', '--json')
    expect(JSON.parse(replay.stdout)).toMatchObject({ chain: 'evm', from: 1, to: 9, created: 0 })
    expect(replay.stderr).not.toBe('')
  })

  it('parses, for every command', async () => {
    const user = await followed()
    await user.follow()
    expect(await json(user, 'init')).toMatchObject({ created: false, database: user.database })
    expect(await json(user, 'lists', 'show')).toMatchObject([{ id: 'demo' }, { id: 'ofac', inForce: 744 }])
    expect(await json(user, 'coverage')).toMatchObject([{ chain: 'evm', ranges: [{ from: 1, to: 26 }] }])
    expect(await json(user, 'own', 'add', `0x${'3'.repeat(40)}`)).toEqual({ added: 1, known: 0, changed: 0 })
    expect(await json(user, 'own', 'retire', `0x${'3'.repeat(40)}`)).toEqual({ retired: 1 })
    const list = await user.run('own', 'list', '--json')
    const own = list.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(own).toHaveLength(8)
    expect(own).toContainEqual(expect.objectContaining({ kind: 'hot', reference: 'demo-hot', chain: null }))

    const file = user.file('list.csv', 'address\n0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n')
    expect(await json(user, 'lists', 'import', 'demo', file)).toMatchObject({
      state: 'activated',
      added: 1,
      removed: 5,
    })
    expect(await json(user, 'lists', 'diff', 'demo')).toMatchObject({
      added: [{}],
      removed: [{}, {}, {}, {}, {}],
      past: [{}],
    })
    const out = `${user.dir}/again.recording.jsonl.gz`
    const recorded = await user.run('record', 'evm', '--from', '1', '--to', '9', '--out', out, '--json')
    expect(JSON.parse(recorded.stdout)).toMatchObject({ blocks: 10, views: 1 })
  })
})

describe('chainscreen alerts', () => {
  it('filters, shows, and lets a person decide; a later decision stands over an earlier one', async () => {
    const user = await followed()
    await user.follow()
    const standing = demoTruth('evm').filter(({ status }) => status === 'current')
    const all: { id: string; level: string; tx_hash: string; tags: string[]; disposition: string }[] =
      await json(user, 'alerts')
    expect(all).toHaveLength(standing.length)
    const low = await json(user, 'alerts', '--level', 'low')
    expect(low).toHaveLength(standing.filter(({ level }) => level === 'low').length)
    expect(low.every(({ tags }: { tags: string[] }) => tags.length > 0)).toBe(true)
    expect(await json(user, 'alerts', '--status', 'orphaned')).toEqual([])
    expect(await json(user, 'alerts', '--limit', '2')).toHaveLength(2)
    expect(await json(user, 'alerts', '--since', new Date().toISOString())).toEqual([])

    const [{ id, tx_hash } = { id: '', tx_hash: '' }] = all
    for (const hash of [tx_hash, tx_hash.slice(2), tx_hash.toUpperCase().replace('0X', '0x')]) {
      expect((await json(user, 'alerts', '--tx', hash)).map((one: { id: string }) => one.id)).toContain(id)
    }
    expect(await user.run('alerts', 'resolve', id, '--as', 'gone', '--actor', 'ann')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^--as gone is no decision; expected one of:\n/),
    })
    await json(
      user,
      'alerts',
      'resolve',
      id,
      '--as',
      'blocked',
      '--actor',
      'ann',
      '--note',
      'asked for papers',
    )
    await json(user, 'alerts', 'resolve', id, '--as', 'released', '--actor', 'bob')
    const shown = await json(user, 'alerts', 'show', id)
    expect(shown).toMatchObject({ id, disposition: 'released', disposition_by: 'bob', entry_in_force: true })
    expect(shown.events.map(({ kind, actor }: { kind: string; actor: string }) => [kind, actor])).toEqual([
      ['created', expect.any(String)],
      ['final', expect.any(String)],
      ['blocked', 'ann'],
      ['released', 'bob'],
    ])
    expect((await user.run('alerts', 'show', id)).stdout).toContain('blocked  by ann  asked for papers')
    const table = (await user.run('alerts')).stdout.split('\n')
    expect(table.filter((line) => line.startsWith(id.slice(0, 12)))).toEqual([
      expect.stringContaining('  released  '),
    ])
    const open: { id: string }[] = await json(user, 'alerts', '--open')
    expect(open.map((one) => one.id)).toEqual(all.map((one) => one.id).filter((one) => one !== id))
  })
})
