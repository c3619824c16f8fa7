import { describe, expect, it } from 'vitest'
import { addressText } from '../../src/address/text.ts'
import { pinChain } from '../../src/ledger/blocks/chain.ts'
import { openLedger } from '../../src/ledger/open.ts'
import { at, chain } from '../ledger/fixtures.ts'
import { store } from '../pipeline/rescreening/rescreen-fixtures.ts'
import { evm, party, transfer, tx } from '../screening/builders.ts'
import { newProject } from './project.ts'

const address = (digit: string) => addressText(evm(digit))

/** A project whose database holds four deposits, and no list yet. */
function project() {
  const made = newProject({ lists: [{ id: 'house', format: 'csv', file: './house.csv' }], chains: [] })
  const db = openLedger(made.database)
  pinChain(db, chain, '0xgenesis', at)
  for (const [index, digit] of ['b', 'c', 'd', 'e'].entries()) {
    store(
      db,
      7 + index,
      tx({ hash: `0x${digit}`, transfers: [transfer({ parties: [party(evm(digit), 'source')] })] }),
    )
  }
  db.close()
  return made
}

describe('lists that change, from the command line', () => {
  it('flag and clear what was stored, and a preview says so before', async () => {
    const { file, run, query } = project()
    const first = file('first.csv', `address,subject\n${address('b')},B\n${address('c')},C\n`)
    const second = file('second.csv', `address,subject\n${address('c')},C\n${address('d')},D\n`)

    const imported = await run('lists', 'import', 'house', first)
    expect(imported).toMatchObject({ code: 0, stderr: '' })
    expect(imported.stdout).toContain(
      '2 entries matched with stored history: 2 transactions screened again, 2 new alerts',
    )

    const preview = await run('lists', 'preview', 'house', second)
    expect(preview).toMatchObject({ code: 0, stderr: '' })
    expect(preview.stdout).toContain('1 addresses would be added, 1 removed. Nothing was activated.')
    expect(preview.stdout).toMatch(
      /1 stored transfers would be flagged:\n.*\n {2}ethereum +9 +high +deposit +source +exact/,
    )
    expect(preview.stdout).toContain('1 alerts would get the event entry-removed:')
    const asJson = JSON.parse((await run('lists', 'preview', 'house', second, '--json')).stdout) as {
      flagged: { txHash: string }[]
      cleared: { tx_hash: string }[]
    }
    expect(asJson.flagged.map(({ txHash }) => txHash)).toEqual(['0xd'])
    expect(asJson.cleared.map(({ tx_hash }) => tx_hash)).toEqual(['0xb'])
    expect(query('select tx_hash from alerts order by tx_hash')).toEqual([
      { tx_hash: '0xb' },
      { tx_hash: '0xc' },
    ])

    await run('lists', 'import', 'house', second)
    expect(query('select tx_hash, entry_in_force from alerts_current order by tx_hash')).toEqual([
      { tx_hash: '0xb', entry_in_force: 0 },
      { tx_hash: '0xc', entry_in_force: 1 },
      { tx_hash: '0xd', entry_in_force: 1 },
    ])
    expect(query(`select kind from alert_events where kind = 'entry-removed'`)).toHaveLength(1)

    const again = JSON.parse((await run('rescreen', '--since', '1', '--json')).stdout) as object
    expect(again).toMatchObject({ entries: 1, transactions: 1, created: 0, known: 1, alerts: [] })
    expect((await run('coverage')).stdout).toContain(
      're-screened from stored history to list revision 2\n  no gaps',
    )
  })

  it('tell of an own address that stands on them', async () => {
    const { file, run } = project()
    await run('lists', 'import', 'house', file('list.csv', `address\n${address('a')}\n`))
    const added = await run('own', 'add', address('a'), '--listed', '--kind', 'hot', '--reference', 'desk 7')
    expect(added).toMatchObject({ code: 0, stderr: '' })
    expect(added.stdout).toContain('1 new alerts')
    const shown = await run('alerts')
    expect(shown.stdout.split('\n')[1]).toMatch(
      new RegExp(
        `high +final +open +\\d{4}-\\d\\d-\\d\\d +own +exact +desk 7 +${address('a')} +${address('a')} \\(house\\)$`,
      ),
    )
    const [alert] = JSON.parse((await run('alerts', '--json')).stdout) as { id: string }[]
    expect(alert).toMatchObject({ role: 'own', chain: null, tx_hash: null, own_reference: 'desk 7' })
    expect((await run('alerts', 'show', alert?.id ?? '')).stdout).toMatch(/^role +own$/m)
  })
})

describe('the canary, from the command line', () => {
  it('passes when the daemon starts, and is shown on request only', async () => {
    const { run } = newProject({ lists: [], chains: [], canary: { every: '1h' } })
    expect(await run('run', '--once', '--create')).toMatchObject({ code: 0 })
    expect((await run('alerts')).stdout).toBe('No alerts.\n')
    expect((await run('alerts', '--canary')).stdout).toMatch(/^\w+ +high +final +open +canary .*\(canary\)$/m)
    expect((await run('doctor')).stdout).toMatch(/^ok {4}canary: passed at /m)
  })
})
