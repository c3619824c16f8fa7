import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { AlertRow } from '../../src/ledger/alerts/alert-queries.ts'
import { contentsOf } from './database.ts'
import {
  type DemoFamily,
  demoFile,
  demoLists,
  demoTruth,
  demoUser,
  inWordsOfTruth,
  playDemoNode,
} from './demo-chain.ts'
import { newProject, type Project } from './project.ts'

const heads = { evm: { from: 1, to: 26 }, bitcoin: { from: 111, to: 123 } }

async function userOf(family: DemoFamily, options = { followed: false }): Promise<Project> {
  const { chain } = await playDemoNode(family)
  return demoUser(family, chain, { own: true, ...options })
}

async function replay(user: Project, family: DemoFamily, from = heads[family].from, to = heads[family].to) {
  const result = await user.run('replay', family, '--from', String(from), '--to', String(to), '--json')
  expect(result).toMatchObject({ code: 0, stderr: '' })
  return JSON.parse(result.stdout)
}

const alerts = (user: Project, where = 'true') =>
  user.query<AlertRow>(`select * from alerts where ${where} order by id`)
const ids = (user: Project, where?: string) => alerts(user, where).map(({ id }) => id)

describe.each(['evm', 'bitcoin'] as const)('replay of a recorded %s chain', (family) => {
  it('over what was followed writes no alert twice', async () => {
    const user = await userOf(family, { followed: true })
    const before = contentsOf(user.database)
    const standing = demoTruth(family).filter(({ status }) => status === 'current')
    expect(await replay(user, family)).toMatchObject({ created: 0, reinstated: 0, known: standing.length })
    const after = contentsOf(user.database)
    for (const table of ['alerts', 'alert_keys', 'alert_events', 'transactions', 'transfers', 'parties'])
      expect(after?.[table], table).toEqual(before?.[table])
    expect(alerts(user)).toHaveLength(standing.length)
  })

  it('into a fresh database gives the ids that following gave', async () => {
    const followed = await userOf(family, { followed: true })
    const [final] = followed.query<{ final_height: number }>('select final_height from chains')
    const height = final?.final_height ?? 0
    const fresh = await userOf(family)
    const counts = await replay(fresh, family, heads[family].from, height)
    const below = `block_height <= ${height}`
    expect(ids(fresh).length).toBeGreaterThan(9)
    expect(counts).toMatchObject({ created: ids(fresh).length, known: 0 })
    expect(alerts(fresh).map(({ created_at: _, ...row }) => row)).toEqual(
      alerts(followed, below).map(({ created_at: _, ...row }) => row),
    )
  })

  it('closes the gap that late own addresses leave', async () => {
    const [header, first, ...late] = readFileSync(demoFile(`demo-${family}.own.csv`), 'utf8')
      .trim()
      .split('\n')
    const part = newProject().file('part.csv', `${header}\n${first}\n`)
    const { chain } = await playDemoNode(family)
    const user = await demoUser(family, chain, { own: false, followed: false })
    await user.own(part)
    await user.follow()
    const few = alerts(user).length
    const gaps = async (): Promise<{ reason: string }[]> => {
      const [report] = JSON.parse((await user.run('coverage', '--json')).stdout)
      // What of a block can't be read or proved is another matter: a replay does not mend it.
      return report.gaps.filter(({ reason }: { reason: string }) => !/^(traces|unverified): /.test(reason))
    }
    expect(await gaps()).toEqual([])

    const rest = user.file('rest.csv', `${[header, ...late].join('\n')}\n`)
    expect(await user.run('own', 'import', rest)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(
        '`chainscreen coverage` shows the gap; the same command with `--since HEIGHT` rescans them',
      ),
    })
    const reason = `${late.length} own addresses were registered later (replay screens them)`
    expect(await gaps()).toEqual([{ ...heads[family], reason }])

    const counts = await replay(user, family)
    expect(counts.created).toBe(alerts(user).length - few)
    expect(counts.created).toBeGreaterThan(5)
    expect(await gaps()).toEqual([])
    const truth = demoTruth(family).filter(({ status }) => status === 'current')
    expect(inWordsOfTruth(alerts(user))).toEqual(truth)
  })
})

describe('replay with a new list', () => {
  it('raises its alerts on old blocks, with ids that can be known before', async () => {
    const { chain } = await playDemoNode('evm')
    const user = await demoUser('evm', chain, { own: true, followed: true })
    const before = ids(user)
    const [clean] = user.query<{ tx_hash: string; transfer: string; party: string; party_key: string }>(
      `select * from transfer_parties where role = 'source' and direction = 'deposit' and asset = 'native'
       and orphaned = 0 and tx_hash not in (select tx_hash from alerts) order by block_height`,
    )
    if (clean === undefined) throw new Error('the recorded chain has clean deposits')

    const file = user.file('house.csv', `address,subject,listed_on\n${clean.party},House Rule,2025-01-01\n`)
    user.configure({ lists: [...demoLists, { id: 'house', format: 'csv', file }], chains: [chain] })
    const counts = await replay(user, 'evm')
    const added = alerts(user).filter(({ id }) => !before.includes(id))
    expect(counts.created + counts.known).toBe(added.length + before.length)

    const idOf = ({ tx_hash, transfer }: Pick<AlertRow, 'tx_hash' | 'transfer'>) =>
      createHash('sha256')
        .update(['eip155:31337', tx_hash, transfer, clean.party_key, 'house', clean.party_key].join('\n'))
        .digest('hex')
        .slice(0, 32)
    expect(added.map(({ id }) => id)).toContain(idOf(clean))
    expect(added.map(({ id }) => id)).toEqual(added.map(idOf))
    expect(new Set(added.map(({ list_id, subject }) => `${list_id} ${subject}`))).toEqual(
      new Set(['house House Rule']),
    )

    // Whoever has the list from the first block on gets the same alerts.
    const early = newProject({ lists: [...demoLists, { id: 'house', format: 'csv', file }], chains: [chain] })
    await early.own(demoFile('demo-evm.own.csv'))
    await early.follow()
    expect(ids(early)).toEqual(ids(user))
  })
})

describe('replay where it must not go', () => {
  it('refuses blocks that are neither final nor followed, and another branch than the one that was followed', async () => {
    const fresh = await userOf('evm')
    const result = await fresh.run('replay', 'evm', '--from', '1', '--to', '26')
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toMatch(
      /^--to 26 is above 20, the last block of evm that is final or was followed: .*\n$/,
    )
    expect(alerts(fresh)).toEqual([])

    const { node, chain } = await playDemoNode('evm', 1)
    const user = await demoUser('evm', chain, { own: true, followed: false })
    await user.follow()
    node.advance()
    const before = contentsOf(user.database)
    const other = await user.run('replay', 'evm', '--from', '1', '--to', '22')
    expect(other.code).toBe(2)
    expect(other.stderr).toMatch(
      /^The node's block 20 \(0x[0-9a-f]{64}\) is not on the branch that the ledger follows: let `run` catch up with the reorg, then replay\.\n$/,
    )
    expect(contentsOf(user.database)?.alerts).toEqual(before?.alerts)
  })
})
