import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Key } from '../../../src/address/key.ts'
import { addressText } from '../../../src/address/text.ts'
import { addOwnAddresses } from '../../../src/ledger/own/own-addresses.ts'
import { importList } from '../../../src/lists/import-list.ts'
import { historyOf } from '../../../src/lists/ofac-history.ts'
import { previewList } from '../../../src/pipeline/rescreening/preview-list.ts'
import { at, dump, freshChain } from '../../ledger/fixtures.ts'
import { date, entry, ofacXml } from '../../lists/formats/ofac-xml.ts'
import { evm, own, p2pkh, p2wpkh, party, transfer, tx } from '../../screening/builders.ts'
import { tempDir } from '../../temp.ts'
import { alerts, rescreenAll, store } from './rescreen-fixtures.ts'

const list = { id: 'house', format: 'csv', guard: { maxRemoved: 0.05 } }

function csv(...keys: Key[]): string {
  const path = join(tempDir(), 'list.csv')
  writeFileSync(path, `address,subject\n${keys.map((key) => `${addressText(key)},Somebody`).join('\n')}\n`)
  return path
}

async function activate(db: ReturnType<typeof freshChain>, file: string) {
  const source = { id: 'house', format: 'csv', maxAgeSeconds: null, maxRemoved: 1 }
  await importList(db, source, { path: file }, { approve: true, at })
  rescreenAll(db)
}

async function scene() {
  const db = freshChain()
  const from = (hash: string, key: Key) =>
    tx({ hash, transfers: [transfer({ parties: [party(key, 'source')] })] })
  store(db, 7, from('0x1', evm('b')), from('0x2', evm('c')), from('0x3', p2pkh('7')), from('0x4', evm('d')))
  await addOwnAddresses(db, [{ key: own, address: 'ours', kind: 'hot', reference: '', chain: '' }], at)
  await activate(db, csv(evm('b'), evm('c')))
  return db
}

describe('a preview of a new version', () => {
  it('names the stored transfers it would flag, own addresses it lists, and alerts it would clear', async () => {
    const db = await scene()
    const preview = await previewList(db, list, csv(evm('c'), evm('d'), p2wpkh('7'), own), at)
    expect(preview).toMatchObject({ listId: 'house', added: 3, removed: 1 })
    expect(preview.flagged).toMatchObject([
      {
        txHash: '0x3',
        role: 'source',
        match: 'same-key',
        level: 'medium',
        chain: 'ethereum',
        blockHeight: 7,
      },
      { txHash: '0x4', role: 'source', match: 'exact', level: 'high', subject: 'Somebody', amount: '5' },
    ])
    expect(preview.ownListed).toEqual([
      {
        ...{ address: 'ours', match: 'exact', entryAddress: addressText(own) },
        ...{ subject: 'Somebody', subjectIds: [] },
      },
    ])
    expect(preview.cleared.map(({ tx_hash }) => tx_hash)).toEqual(['0x1'])
  })

  it.each([
    ['the SDN list', 1550, ['0x1']],
    ['another list of OFAC', 1551, []],
  ])('knows of addresses that were on the list before where it is %s', async (_, listed, flagged) => {
    const before = historyOf('ofac-sdn').find(
      ({ key, removedBy }) => removedBy !== null && key.startsWith('evm:'),
    )
    if (before === undefined) throw new Error('the history has a removed EVM address')
    const db = freshChain()
    store(db, 7, tx({ hash: '0x1', transfers: [transfer({ parties: [party(before.key, 'source')] })] }))
    await addOwnAddresses(db, [{ key: own, address: 'ours', kind: 'hot', reference: '', chain: '' }], at)
    const path = join(tempDir(), 'sdn.xml')
    const entries = `<SanctionsEntries>${entry(100, [date(2020, 3, 2)], ['A'], listed)}</SanctionsEntries>`
    writeFileSync(path, ofacXml({ entries, dateOfIssue: `<DateOfIssue>${date(2026, 1, 1)}</DateOfIssue>` }))
    const preview = await previewList(db, { ...list, id: 'ofac', format: 'ofac-sdn-advanced' }, path, at)
    expect(preview.flagged.map(({ txHash }) => txHash)).toEqual(flagged)
  })

  it('writes nothing', async () => {
    const db = await scene()
    const before = dump(db)
    await previewList(db, list, csv(evm('d')), at)
    expect(dump(db)).toEqual(before)
  })

  it('says what activation then does', async () => {
    const db = await scene()
    const file = csv(evm('c'), evm('d'), p2wpkh('7'), own)
    const { flagged } = await previewList(db, list, file, at)
    const before = new Set(dump(db).alerts?.map((row) => (row as { id: string }).id))
    await activate(db, file)
    const raised = (dump(db).alerts as { id: string; role: string }[]).filter(
      ({ id, role }) => !before.has(id) && role !== 'own',
    )
    expect(raised.map(({ id }) => id).sort()).toEqual(flagged.map(({ id }) => id).sort())
    expect(alerts(db)).toHaveLength(5)
  })

  it('of the active file, laid out otherwise in the config since, is that of another version', async () => {
    const db = await scene()
    const file = csv(evm('b'), evm('c'))
    const source = { id: 'house', format: 'csv', maxAgeSeconds: null, maxRemoved: 1 }
    const options = { columns: { address: 'address' } }
    await importList(db, { ...source, options }, { path: file }, { approve: true, at })
    expect((await previewList(db, { ...list, options }, file, at)).outcome).toBe('unchanged')
    expect((await previewList(db, list, file, at)).outcome).toBe('activated')
    expect((await importList(db, source, { path: file }, { approve: false, at })).state).toBe('activated')
  })

  it('of the active version says nothing', async () => {
    const db = await scene()
    expect(await previewList(db, list, csv(evm('b'), evm('c')), at)).toMatchObject({
      ...{ added: 0, removed: 0, flagged: [], ownListed: [], cleared: [], listedAgain: [], regraded: [] },
      outcome: 'unchanged',
    })
  })

  it('counts what ends by its date as removed, and says what the guard would do', async () => {
    const db = await scene()
    const path = join(tempDir(), 'list.csv')
    writeFileSync(
      path,
      `address,subject,removed_on\n${addressText(evm('b'))},Somebody,2025-01-01\n${addressText(evm('c'))},Else,\n`,
    )
    const preview = await previewList(db, list, path, at)
    expect(preview).toMatchObject({ added: 0, removed: 1, outcome: 'activated', reasons: [] })
    expect(preview.cleared.map(({ tx_hash }) => tx_hash)).toEqual(['0x1'])
    expect(preview.regraded.map(({ tx_hash }) => tx_hash)).toEqual(['0x2'])
    expect(await previewList(db, list, csv(), at)).toMatchObject({
      ...{ removed: 2, outcome: 'held', reasons: ['it has no address'] },
    })
    await activate(db, path)
    const back = await previewList(db, list, csv(evm('b'), evm('c')), at)
    expect(back).toMatchObject({ added: 1, removed: 0, outcome: 'activated' })
    expect(back.listedAgain.map(({ tx_hash }) => tx_hash)).toEqual(['0x1'])
  })

  it('refuses a file that is no list', async () => {
    const path = join(tempDir(), 'list.csv')
    writeFileSync(path, 'nothing of the kind\n')
    await expect(previewList(freshChain(), list, path, at)).rejects.toMatchObject({ code: 'bad-file' })
  })
})
