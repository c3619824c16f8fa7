import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Key, keyHex } from '../../src/address/key.ts'
import { type Chain, pinChain } from '../../src/ledger/blocks/chain.ts'
import {
  commitStep,
  type ScreenedBlock,
  type Step,
  type StepCounts,
} from '../../src/ledger/blocks/commit-step.ts'
import { all, type Db } from '../../src/ledger/database.ts'
import { readEntry } from '../../src/ledger/lists/list-entries.ts'
import { readRevisions } from '../../src/ledger/revisions.ts'
import { screen } from '../../src/screening/screen.ts'
import type { BlockRef, Entry, ScreenableTx } from '../../src/screening/types.ts'
import type { Listings } from '../../src/screening/watchlist.ts'
import { entry, listed, party, transfer, tx, watchlist } from '../screening/builders.ts'
import { tempDir } from '../temp.ts'
import { openTestLedger } from './template.ts'

export const at = '2026-01-01T00:00:00.000Z'

export const chain: Chain = { id: 'ethereum', caip2: 'eip155:1', addressText: (key) => `0x${keyHex(key)}` }

/** A new database file, closed and gone when the test ends. */
export function freshLedger(path = join(tempDir(), 'ledger.db')): Db {
  const db = openTestLedger(path)
  onTestFinished(() => {
    db.close()
  })
  return db
}

/** A new database that follows `chain`. */
export function freshChain(): Db {
  const db = freshLedger()
  pinChain(db, chain, '0xgenesis', at)
  return db
}

/** The block of a branch at a height: `a7` follows on `a6`. A branch that leaves another says on which block. */
export function ref(height: number, branch = 'a', parent = `${branch}${height - 1}`): BlockRef {
  return { height, hash: `${branch}${height}`, parentHash: parent, time: 1_700_000_000 + height * 12 }
}

/** A deposit from the listed address; `id` names the transaction. */
export function listedDeposit(id: string): ScreenableTx {
  return tx({ hash: id, transfers: [transfer({ parties: [party(listed, 'source')] })] })
}

export const lists = watchlist(entry(listed))

/** A block of transactions, screened. */
export function screened(
  block: BlockRef,
  transactions: readonly ScreenableTx[] = [],
  fields: Partial<ScreenedBlock> = {},
  against: Listings = lists,
): ScreenedBlock {
  return {
    ...block,
    level: 'full',
    unscreened: [],
    transactions,
    findings: transactions.flatMap((each) => screen(each, block.time, against)),
    ...fields,
  }
}

/** Commits blocks at the revisions of the ledger; nothing is final unless said. */
export function commit(db: Db, blocks: readonly ScreenedBlock[], fields: Partial<Step> = {}): StepCounts {
  const did = commitStep(db, chain, {
    blocks,
    revisions: readRevisions(db),
    head: { height: blocks.at(-1)?.height ?? 0 },
    finalHeight: null,
    windowFrom: 0,
    at,
    ...fields,
  })
  if (did === null) throw new Error('the revisions moved')
  const { blocks: _, ...counts } = did
  return counts
}

/** Every row of every table that is written to, to tell whether anything was. */
export function dump(db: Db): Record<string, unknown[]> {
  const tables = all<{ name: string }>(
    db,
    `select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' and name != 'business_days'
       or name in ('transactions', 'transfers', 'parties') order by name`,
  )
  return Object.fromEntries(tables.map(({ name }) => [name, db.prepare(`select * from ${name}`).all()]))
}

/** The alerts as `transaction status block`, and their events as `transaction kind`, in order. */
export function story(db: Db): { alerts: string[]; events: string[] } {
  const alerts = all<Record<string, string>>(db, 'select * from alerts order by tx_hash')
  const events = all<Record<string, string>>(
    db,
    'select a.tx_hash, e.kind from alert_events e join alerts a on a.id = e.alert_id order by e.seq',
  )
  return {
    alerts: alerts.map(({ tx_hash, status, block_hash }) => `${tx_hash} ${status} ${block_hash}`),
    events: events.map(({ tx_hash, kind }) => `${tx_hash} ${kind}`),
  }
}

/** Every entry of every list, one by one. */
export function readEntries(db: Db): Entry[] {
  return all<{ list_id: string; key: Key }>(
    db,
    'select list_id, key from list_entries order by list_id, key',
  ).flatMap(({ list_id, key }) => readEntry(db, list_id, key) ?? [])
}
