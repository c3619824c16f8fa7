import { expect, onTestFinished } from 'vitest'
import { type Chain, pinChain } from '../../src/ledger/blocks/chain.ts'
import { commitReplay } from '../../src/ledger/blocks/commit-replay.ts'
import { commitStep, type ScreenedBlock } from '../../src/ledger/blocks/commit-step.ts'
import { all, type Db } from '../../src/ledger/database.ts'
import { addOwnAddresses } from '../../src/ledger/own/own-addresses.ts'
import { readRevisions } from '../../src/ledger/revisions.ts'
import { screen } from '../../src/screening/screen.ts'
import type { ScreenableTx } from '../../src/screening/types.ts'
import { Watchlist } from '../../src/screening/watchlist.ts'
import type { TxSpec } from '../chains/bitcoin/build-block.ts'
import { extractOne } from '../chains/bitcoin/extract.ts'
import { ownSet } from '../chains/bitcoin/own-set.ts'
import { key } from '../chains/bitcoin/scripts.ts'
import { bitcoin } from '../pipeline/bitcoin-ledger.ts'
import { at, readEntries, ref } from './fixtures.ts'
import { openTestLedger } from './template.ts'

/** A ledger whose block 7 is read with the own addresses of the moment. */
export function ledger(chain: Chain = bitcoin) {
  const db = openTestLedger(':memory:')
  onTestFinished(() => {
    db.close()
  })
  pinChain(db, chain, 'a0', at)
  const block = (txs: readonly ScreenableTx[], fields: Partial<ScreenedBlock>): ScreenedBlock => {
    const watchlist = new Watchlist(1, readEntries(db))
    const findings = txs.flatMap((each) => screen(each, ref(7).time, watchlist))
    return { ...ref(7), level: 'full', unscreened: [], transactions: txs, findings, ...fields }
  }
  return {
    db,
    own: async (...scripts: Uint8Array[]) => {
      const addresses = scripts.map((script) => ({ key: key(script), address: 'A', ...hot }))
      await addOwnAddresses(db, addresses, at)
    },
    follow: (txs: readonly ScreenableTx[], fields: Partial<ScreenedBlock> = {}) => {
      const step = { head: { height: 7 }, finalHeight: null, windowFrom: 0, at }
      const blocks = [block(txs, fields)]
      expect(commitStep(db, chain, { blocks, revisions: readRevisions(db), ...step })).not.toBeNull()
    },
    replay: (txs: readonly ScreenableTx[], fields: Partial<ScreenedBlock> = {}) => {
      const step = { blocks: [block(txs, fields)], revisions: readRevisions(db), at }
      const did = commitReplay(db, chain, step, { row: undefined, terms: '' })
      expect(did).not.toBeNull()
      const { blocks: _, ...counts } = did ?? { blocks: 0 }
      return counts
    },
  }
}

export const hot = { kind: 'hot', reference: '', chain: '' } as const

/** A transaction as it is read with these own addresses; none where it touches none. */
export const read = (spec: TxSpec, ...own: Uint8Array[]) => {
  const found = extractOne(spec, ownSet(...own))
  return found === undefined ? [] : [found]
}

/** What moved, as queries see it, and the alerts. */
export function standing(db: Db) {
  return {
    moved: all(
      db,
      `select x.hash, x.own_signed, t.transfer, t.direction, t.amount, t.own_key from transactions x
       join transfers t on t.transaction_id = x.id where x.orphaned = 0 order by x.hash, t.id`,
    ),
    parties: all(
      db,
      `select p.direction, p.role, p.key, p.match_key, t.transfer from parties p
       join transactions x on x.id = p.transaction_id left join transfers t on t.id = p.transfer_id
       where x.orphaned = 0 order by x.hash, p.id`,
    ),
    alerts: all(
      db,
      `select id, transfer, direction, role, amount, own_address, level, status from alerts order by id`,
    ),
  }
}
