import { describe, expect, it } from 'vitest'
import type { Log } from '../../src/diagnostics/log.ts'
import { rollBack } from '../../src/ledger/blocks/roll-back.ts'
import { all } from '../../src/ledger/database.ts'
import { startLoggingAlerts } from '../../src/pipeline/log-alerts.ts'
import { at, chain, commit, freshChain, listedDeposit, ref, screened } from '../ledger/fixtures.ts'

describe('the log of alerts', () => {
  it('has one line for each that is raised from now on, and for each that comes back', async () => {
    const db = freshChain()
    commit(db, [screened(ref(6)), screened(ref(7), [listedDeposit('0x1')])])
    const lines: { fields: Record<string, unknown>; text: string }[] = []
    const warn = (fields: Record<string, unknown>, text: string) => void lines.push({ fields, text })
    const alerts = startLoggingAlerts(db, { warn } as unknown as Log)
    commit(db, [screened(ref(8), [listedDeposit('0x2'), listedDeposit('0x3')])])
    db.exec(`update alerts set subject_ids = '["27307"]'`)
    rollBack(db, chain, ref(6), at)
    commit(db, [screened(ref(7, 'b', 'a6'), [listedDeposit('0x1')])])
    await alerts.stop()
    const ids = new Map(
      all<{ id: string; tx_hash: string }>(db, 'select id, tx_hash from alerts').map(({ id, tx_hash }) => [
        tx_hash,
        id,
      ]),
    )
    const short = (tx: string) => ids.get(tx)?.slice(0, 12)
    const rest = 'high, deposit on ethereum, A listed party (27307), list ofac-sdn'
    expect(lines.map(({ text }) => text).sort()).toEqual(
      [
        `alert ${short('0x2')}: ${rest}`,
        `alert ${short('0x3')}: ${rest}`,
        `alert ${short('0x1')} is back: ${rest}`,
      ].sort(),
    )
    expect(lines.find(({ fields }) => fields.alert === ids.get('0x2'))?.fields).toEqual({
      ...{ chain: 'ethereum', alert: ids.get('0x2'), alertLevel: 'high', direction: 'deposit' },
      ...{ status: 'orphaned', subject: 'A listed party', list: 'ofac-sdn' },
    })
  })
})
