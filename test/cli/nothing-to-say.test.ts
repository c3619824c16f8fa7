import { describe, expect, it } from 'vitest'
import { pinChain } from '../../src/ledger/blocks/chain.ts'
import { openLedger } from '../../src/ledger/open.ts'
import { at, chain } from '../ledger/fixtures.ts'
import { store } from '../pipeline/rescreening/rescreen-fixtures.ts'
import { busyUser, houseListed } from './refusal.ts'

const rpc = ['http://127.0.0.1:1']
const address = (digit: string) => `0x${digit.repeat(40)}`

describe('what is said where there is nothing', () => {
  it('coverage of a chain that was never followed has no table', async () => {
    const user = await busyUser({ chains: [{ id: 'eth', type: 'evm', chainId: 1, rpc, start: 0 }] })
    const { code, stdout } = await user.run('coverage')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^eth: in the config, and never followed yet\n {2}gap/)
  })

  it('a list without a date of issue is not "issued on unknown"', async () => {
    const user = await busyUser()
    expect((await user.run('lists', 'show', 'house')).stdout).toContain(
      '\n  issued on        no date given\n',
    )
    const checkups = JSON.parse((await user.run('doctor', '--json')).stdout) as {
      what: string
      found: string
    }[]
    expect(checkups.find(({ what }) => what === 'list house')?.found).toMatch(
      /^1 in force, no date of issue, checked 20/,
    )
  })

  it('a chain of which no block was screened yet has no "nothing"', async () => {
    const user = await busyUser()
    const db = openLedger(user.database)
    pinChain(db, chain, '0xgenesis', at)
    db.close()
    expect((await user.run('coverage')).stdout).toContain(
      `${chain.id} (${chain.caip2}): nothing was screened yet; the node's head is not known yet, nothing is final yet\n`,
    )
  })

  it('a preview that changes nothing has no table', async () => {
    const user = await busyUser()
    const file = user.file('same.csv', `address,subject\n${houseListed},House Rule\n`)
    expect((await user.run('lists', 'preview', 'house', file)).stdout).toBe(
      [
        'house: 0 addresses would be added, 0 removed. Nothing was activated.',
        'Importing it would activate it at once.',
        '0 stored transfers would be flagged.',
        '0 own addresses would be listed.',
        '0 alerts would get the event entry-removed.',
        '',
      ].join('\n'),
    )
  })

  it('own add says that older blocks did not look for it only where there are some', async () => {
    const user = await busyUser()
    const add = async (digit: string) => (await user.run('own', 'add', address(digit))).stdout
    expect(await add('2')).toBe('1 added, 0 changed, 0 known already.\n')
    const db = openLedger(user.database)
    pinChain(db, chain, '0xgenesis', at)
    store(db, 7)
    db.close()
    expect(await add('3')).toBe(
      '1 added, 0 changed, 0 known already.\nBlocks screened before now were not searched for the added addresses: `chainscreen coverage` shows the gap; the same command with `--since HEIGHT` rescans them.\n',
    )
  })
})
