import { userInfo } from 'node:os'
import { describe, expect, it, vi } from 'vitest'
import { pinChain } from '../../src/ledger/blocks/chain.ts'
import { run } from '../../src/ledger/database.ts'
import { addOwnAddresses } from '../../src/ledger/own/own-addresses.ts'
import { newProject, type Project } from '../e2e/project.ts'
import { at, chain, commit, freshLedger, listedDeposit, ref, screened } from '../ledger/fixtures.ts'
import { own } from '../screening/builders.ts'

/** A user with three alerts, the newest in block 9. */
async function busyQueue(config: Readonly<Record<string, unknown>> = {}): Promise<Project> {
  const user = newProject({ chains: [], lists: [], ...config })
  const db = freshLedger(user.database)
  pinChain(db, chain, '0xgenesis', at)
  await addOwnAddresses(
    db,
    [{ key: own, address: `0x${'9'.repeat(40)}`, kind: 'hot', reference: 'u-7', chain: '' }],
    at,
  )
  for (const [height, day] of [
    [7, '2026-01-05'],
    [8, '2026-01-06'],
    [9, '2026-01-07'],
  ] as const) {
    commit(db, [screened(ref(height), [listedDeposit(`0x${height}`)])], { at: `${day}T10:00:00.000Z` })
    run(db, 'update alerts set block_time = ? where tx_hash = ?', `${day}T10:00:00Z`, `0x${height}`)
  }
  run(
    db,
    `update alerts set subject = '=Lazarus, "Group"', direction = iif(tx_hash = '0x9', 'withdrawal', direction)`,
  )
  return user
}

const idsOf = (user: Project, condition = 'true') =>
  user
    .query<{ id: string }>(`select id from alerts where ${condition} order by created_at desc`)
    .map(({ id }) => id)

const found = async (user: Project, ...args: string[]) => {
  const { code, stdout, stderr } = await user.run('alerts', ...args, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return (JSON.parse(stdout) as { tx_hash: string }[]).map(({ tx_hash }) => tx_hash)
}

/** On a terminal of this width. */
function onTerminal(columns: number): void {
  vi.stubEnv('COLUMNS', String(columns))
}

describe('the queue', () => {
  it('is listed with the newest first', async () => {
    expect(await found(await busyQueue())).toEqual(['0x9', '0x8', '0x7'])
  })

  it.each<[string, string[], string[]]>([
    ['its reference', ['--reference', 'u-7'], ['0x9', '0x8', '0x7']],
    ['another reference', ['--reference', 'u'], []],
    ['its direction', ['--direction', 'withdrawal'], ['0x9']],
    ['a part of the subject, in any case', ['--subject', 'lazarus'], ['0x9', '0x8', '0x7']],
    ['a subject with a wildcard, taken as it is', ['--subject', 'laz%us'], []],
    ['a time', ['--since', '2026-01-06'], ['0x9', '0x8']],
    ['a duration, from now', ['--since', '24h'], []],
    ['a long duration', ['--since', '36500d'], ['0x9', '0x8', '0x7']],
    // Ten business days, and Martin Luther King Day on 19 January.
    ['the day by which a report is due', ['--due', '2026-01-21'], ['0x8', '0x7']],
    ['nobody assigned', ['--assignee', 'none'], ['0x9', '0x8', '0x7']],
  ])('is filtered by %s', async (_what, filter, transactions) => {
    expect(await found(await busyQueue(), ...filter)).toEqual(transactions)
  })

  it('is filtered by who it is assigned to, and by its list', async () => {
    const user = await busyQueue()
    const [newest = ''] = idsOf(user)
    await user.run('alerts', 'assign', newest, '--to', 'ann')
    expect(await found(user, '--assignee', 'ann')).toEqual(['0x9'])
    expect(await found(user, '--assignee', 'none')).toEqual(['0x8', '0x7'])
    await user.run('alerts', 'assign', newest, '--to', 'none')
    expect(await found(user, '--assignee', 'ann')).toEqual([])
    const { code, stderr } = await user.run('alerts', '--list', 'ofca')
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'No list of the config or the database is named "ofca"; they have: none.\n',
    })
  })

  it.each(['--due', '--direction', '--since'])(
    'refuses a word for %s that can’t be meant',
    async (option) => {
      expect(await (await busyQueue()).run('alerts', option, 'soonish')).toMatchObject({
        code: 2,
        stdout: '',
      })
    },
  )

  it('refuses a time that is still to come', async () => {
    expect(await (await busyQueue()).run('alerts', '--since', '2999-01-01')).toMatchObject({
      ...{ code: 2, stdout: '' },
      stderr: expect.stringContaining('--since 2999-01-01 is in the future'),
    })
  })

  it.each([80, 120, 200])('fits a terminal of %i characters', async (width) => {
    const user = await busyQueue()
    onTerminal(width)
    const lines = (await user.run('alerts')).stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(4)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(width)
    const [head = ''] = lines
    for (const title of ['id', 'level', 'disposition', 'direction', 'amount', 'listed as'])
      expect(head).toContain(title)
    // What there is room for is used.
    for (const title of ['counterparty', 'reference', 'match'])
      expect(head.includes(title), title).toBe(width === 200 || (width === 120 && title === 'counterparty'))
  })

  it('is CSV with every column, safe for spreadsheets', async () => {
    const user = await busyQueue()
    const lines = (await user.run('alerts', '--csv')).stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(4)
    expect(lines[0]).toMatch(/^id,chain,direction,.*,due_on,.*,own_reference$/)
    expect(lines[1]).toContain(`,"'=Lazarus, ""Group""",`)
  })
})

describe('decisions on the command line', () => {
  it('are of many alerts by their ids, by the user of the operating system', async () => {
    const user = await busyQueue()
    const ids = idsOf(user)
    const { code, stdout } = await user.run('alerts', 'resolve', ...ids.slice(0, 2), '--as', 'blocked')
    const name = userInfo().username
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `${ids[0]}: blocked, by ${name}. A report is due on 2026-01-22.\n${ids[1]}: blocked, by ${name}. A report is due on 2026-01-21.\n`,
    })
    expect(await found(user, '--open')).toEqual(['0x7'])
    const late = await user.run(
      'alerts',
      'resolve',
      ids[2] ?? '',
      '--as',
      'rejected',
      '--on',
      '2026-01-12',
      '--actor',
      'ann',
    )
    expect(late.stdout).toBe(`${ids[2]}: rejected, by ann. A report is due on 2026-01-27.\n`)
  })

  it('are of all that a filter finds with --yes, and ask without it', async () => {
    const user = await busyQueue()
    const asked = await user.run('alerts', 'resolve', '--direction', 'deposit', '--as', 'released')
    expect(asked).toMatchObject({
      code: 2,
      stderr: 'Decide these 2 alerts? Nobody can be asked here: add --yes. Nothing was done.\n',
    })
    expect(await found(user, '--open')).toHaveLength(3)
    expect(
      await user.run('alerts', 'resolve', '--direction', 'deposit', '--as', 'released', '--yes'),
    ).toMatchObject({ code: 0 })
    expect(await found(user, '--open')).toEqual(['0x9'])
  })

  it('need ids or a filter, and not both', async () => {
    const user = await busyQueue()
    expect(await user.run('alerts', 'resolve', '--as', 'released', '--yes')).toMatchObject({
      code: 2,
      stdout: '',
    })
    const both = await user.run(
      'alerts',
      'resolve',
      idsOf(user)[0] ?? '',
      '--level',
      'high',
      '--as',
      'released',
      '--yes',
    )
    expect(both).toMatchObject({ code: 2, stderr: 'Nothing was done: give ids or a filter, not both.\n' })
  })

  it('tell blocked and rejected apart where one chooses', async () => {
    const user = await busyQueue()
    const { code, stderr } = await user.run('alerts', 'resolve', idsOf(user)[0] ?? '', '--as', 'frozen')
    expect(code).toBe(2)
    expect(stderr).toMatch(/^--as frozen is no decision; expected one of:\n/)
    expect(stderr).toMatch(/blocked +the property is held/)
    expect(stderr).toMatch(/rejected +the transaction was refused and nothing is held/)
    expect((await user.run('alerts', 'resolve', '--help')).stdout).toMatch(/blocked +the property is held/)
  })

  it('show the note of an event apart from its data', async () => {
    const user = await busyQueue()
    const [id = ''] = idsOf(user)
    await user.run('alerts', 'assign', id, '--to', 'cy', '--note', 'by noon', '--actor', 'ann')
    const { stdout } = await user.run('alerts', 'show', id)
    expect(stdout).toMatch(/ {2}assigned {2}by ann {2}by noon {2}\{"assignee":"cy"\}\n/)
    expect(stdout).toMatch(/ {2}created {2}by chainscreen\n/)
  })

  it('acknowledge, add notes and reopen', async () => {
    const user = await busyQueue()
    const [id = ''] = idsOf(user)
    await user.run('alerts', 'acknowledge', id, '--actor', 'ann')
    await user.run('alerts', 'note', id, '--note', 'asked the customer', '--actor', 'ann')
    await user.run('alerts', 'resolve', id, '--as', 'note', '--note', 'no answer', '--actor', 'bob')
    await user.run('alerts', 'reopen', id, '--actor', 'bob')
    const { disposition, events } = JSON.parse((await user.run('alerts', 'show', id, '--json')).stdout)
    expect(disposition).toBe('open')
    expect(events.map(({ kind, actor, note }: Record<string, string>) => [kind, actor, note])).toEqual([
      ['created', 'chainscreen', null],
      ['acknowledged', 'ann', null],
      ['note', 'ann', 'asked the customer'],
      ['note', 'bob', 'no answer'],
      ['reopened', 'bob', null],
    ])
    expect(user.query('select actor, action from audit').map((row) => Object.values(row).join(' '))).toEqual([
      'ann alert.acknowledged',
      'ann alert.note',
      'bob alert.note',
      'bob alert.reopened',
    ])
  })

  it('of two people refuse another name than that of the user, and one’s own proposal', async () => {
    const user = await busyQueue({ decisions: { secondPerson: ['released'] } })
    const [id = ''] = idsOf(user)
    expect(await user.run('alerts', 'resolve', id, '--as', 'released', '--actor', 'ann')).toMatchObject({
      code: 2,
      stdout: '',
    })
    const proposed = await user.run('alerts', 'resolve', id, '--as', 'released')
    expect(proposed.stdout).toMatch(/: released is proposed by .*; another person has to confirm it\.\n$/)
    expect(await user.run('alerts', 'confirm', id)).toMatchObject({ code: 1, stdout: '' })
    expect((await user.run('alerts')).stdout).toContain('released?')
    expect(await found(user, '--open')).toHaveLength(3)
  })
})

describe('with decisions of two people', () => {
  const address = `0x${'3'.repeat(40)}`
  it.each<[string, string[]]>([
    ['own add', ['own', 'add', address]],
    ['own import', ['own', 'import', 'none.csv']],
    ['own retire', ['own', 'retire', address]],
    ['own remove', ['own', 'remove', address]],
    ['lists import', ['lists', 'import', 'house', 'none.csv']],
    ['lists approve', ['lists', 'approve', 'house', 'ab', '--yes']],
    ['lists remove', ['lists', 'remove', 'house']],
    ['chains rewind', ['chains', 'rewind', 'ethereum', '--to', '1', '--dry-run']],
    ['screen', ['screen', address]],
    ['alerts acknowledge', ['alerts', 'acknowledge', 'ab']],
  ])('%s refuses another name than that of the user, and changes nothing', async (_, words) => {
    const user = await busyQueue({
      decisions: { secondPerson: ['released'] },
      lists: [{ id: 'house', format: 'csv', file: 'house.csv' }],
      chains: [{ id: 'ethereum', type: 'evm', chainId: 1, rpc: ['http://127.0.0.1:1'], start: 0 }],
    })
    const state = () =>
      ['own_rows', 'list_snapshots', 'screenings', 'alert_events'].map((table) =>
        user.query(`select * from ${table}`),
      )
    const before = state()
    const refused = await user.run(...words, '--actor', 'ann')
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain("--actor can't be used where decisions need two people")
    expect(state()).toEqual(before)
    expect(user.query(`select 1 from audit where actor = 'ann'`)).toEqual([])
  })
})

describe('the audit', () => {
  it('has who registered, retired and removed own addresses', async () => {
    const user = await busyQueue({
      chains: [{ id: 'ethereum', type: 'evm', chainId: 1, rpc: ['http://127.0.0.1:1'], start: 0 }],
    })
    const address = `0x${'3'.repeat(40)}`
    const by = ['--actor', 'ann', '--note', 'case 17']
    await user.run('own', 'add', address, ...by)
    await user.run(
      'own',
      'import',
      user.file('own.csv', `address,kind,reference\n0x${'4'.repeat(40)},hot,1\n`),
      ...by,
    )
    await user.run('own', 'retire', address, ...by)
    await user.run('own', 'remove', address, ...by)
    expect(
      user
        .query('select action, target, actor, note from audit order by seq')
        .map((row) => Object.values(row).join(' ')),
    ).toEqual([
      `own.added ${address} ann case 17`,
      'own.imported own.csv ann case 17',
      `own.retired ${address} ann case 17`,
      `own.removed ${address} ann case 17`,
    ])
  })

  it('has who approved a held version, once it was shown and agreed to', async () => {
    const user = newProject()
    const csv = (count: number) =>
      `address\n${Array.from({ length: count }, (_, index) => `0x${String(index + 1).padStart(40, '0')}\n`).join('')}`
    const file = user.file('house.csv', csv(30))
    user.configure({ lists: [{ id: 'house', format: 'csv', file }], chains: [] })
    await user.run('lists', 'import', 'house', file, '--db', user.database)
    const half = user.file('half.csv', csv(15))
    expect(await user.run('lists', 'import', 'house', half, '--actor', 'ann')).toMatchObject({ code: 1 })
    const [held] = user.query<{ sha256: string }>(`select sha256 from list_snapshots where state = 'held'`)
    const approve = ['lists', 'approve', 'house', held?.sha256.slice(0, 12) ?? '']
    const asked = await user.run(...approve)
    expect(asked.code).toBe(2)
    expect(asked.stdout).toMatch(
      /Against the active version: 0 added, 15 removed, 0 with changed details\.\n- 0x0+16\n/,
    )
    expect(user.query(`select 1 from list_snapshots where state = 'held'`)).toHaveLength(1)
    expect(await user.run(...approve, '--yes', '--actor', 'bob')).toMatchObject({ code: 0 })
    expect(
      user
        .query('select action, target, actor from audit order by seq')
        .map((row) => Object.values(row).join(' ')),
    ).toEqual([
      `list.imported house ${userInfo().username}`,
      'list.imported house ann',
      'list.approved house bob',
    ])
  })
})

describe('a report', () => {
  it('is recorded as filed, and leaves what is due', async () => {
    const user = await busyQueue()
    const [newest = ''] = idsOf(user)
    const filed = ['alerts', 'filed', newest.slice(0, 12), '--on', '2026-01-08', '--reference', ' BR-1 ']
    expect(await user.run(...filed)).toMatchObject({ code: 2, stderr: expect.stringContaining('it is open') })
    await user.run('alerts', 'resolve', newest, '--as', 'blocked')
    expect(await found(user, '--due', '2099-01-01', '--no-filed')).toEqual(['0x9', '0x8', '0x7'])
    expect(await user.run(...filed, '--note', 'by mail', '--actor', 'bob')).toEqual({
      ...{ code: 0, stderr: '', stdout: `${newest}: report filed on 2026-01-08 as BR-1.\n` },
    })
    expect(await found(user, '--due', '2099-01-01')).toEqual(['0x8', '0x7'])
    expect(await found(user, '--filed')).toEqual(['0x9'])
    const shown = (await user.run('alerts', 'show', newest)).stdout
    expect(shown).toMatch(/filed {2}by bob {2}by mail {2}\{"on":"2026-01-08","reference":"BR-1"\}/)
  })

  it('is filed by the user of the operating system where decisions need two people', async () => {
    const user = await busyQueue({ decisions: { secondPerson: ['released'] } })
    const [newest = ''] = idsOf(user)
    await user.run('alerts', 'resolve', newest, '--as', 'blocked')
    const filed = ['alerts', 'filed', newest, '--on', '2026-01-08', '--reference', 'BR-1']
    expect(await user.run(...filed, '--actor', 'bob')).toMatchObject({ code: 2 })
    expect((await user.run(...filed)).code).toBe(0)
    expect(user.query('select filed_by from alerts_current where filed_on is not null')).toEqual([
      { filed_by: userInfo().username },
    ])
  })
})

describe('coverage at a height', () => {
  it('says with what a block was screened, and when, and that another one was not', async () => {
    const user = await busyQueue()
    const { stdout } = await user.run('coverage', 'ethereum', '--at', '8')
    expect(stdout).toContain('ethereum block 8 a8\n  followed, with blocks 7 to 9:\n')
    expect(stdout).toContain('\n    proved         yes, against the hash of the block\n')
    expect(stdout).toContain('\n    own addresses  revision 1\n')
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    expect((await user.run('coverage', '--at', '10')).stdout).toContain('This block was not screened')
    const [answer] = JSON.parse((await user.run('coverage', '--at', '8', '--json')).stdout)
    expect(answer).toMatchObject({ chain: 'ethereum', height: 8, readings: [{ level: 'full', lists: [] }] })
    expect(stdout).toContain('not screened: nothing on record')
  })

  it('says what was not searched for, and not that nothing is on record', async () => {
    const user = await busyQueue()
    await user.run('own', 'add', `0x${'8'.repeat(40)}`, '--kind', 'hot', '--reference', 'u-8')
    const { stdout } = await user.run('coverage', 'ethereum', '--at', '8')
    expect(stdout).toContain('  gap: 1 own addresses were registered later (replay screens them)\n')
    expect(stdout).not.toContain('nothing on record')
  })
})
