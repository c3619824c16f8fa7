// Two ways to store movements in SQLite, for ledger.mjs: one text row each with its own indexes (schema versions 1 to 27), and compact
// rows with one look-up table (docs/decisions.md, "How movements are stored").

import Database from 'better-sqlite3'
import { pinChain } from '../../dist/ledger/blocks/chain.js'
import { openLedger } from '../../dist/ledger/open.js'
import { writeMovements } from '../../dist/ledger/transfers/movements.js'
import { readStoredBlock } from '../../dist/ledger/transfers/stored-block.js'

/** Rows with text keys: an index each for the hash, the parties of a transaction, the key of a party, the own key. */
export const separateIndexes = {
  name: 'rows with separate indexes',
  open(path) {
    const db = new Database(path)
    db.pragma('journal_mode = WAL')
    db.exec(`
    create table transactions (
      id integer primary key, chain text not null, hash text not null, block_height integer not null,
      block_hash text not null, block_time text not null, own_signed integer not null,
      orphaned integer not null default 0, unique (chain, hash, block_hash)
    ) strict;
    create index transactions_by_height on transactions (chain, block_height);
    create table transfers (
      id integer primary key, transaction_id integer not null, transfer text not null, direction text not null,
      asset text not null, symbol text, amount text, own_key text not null, own_address text not null,
      tags text not null, logs integer not null default 1, unique (transaction_id, transfer)
    ) strict;
    create index transfers_by_own on transfers (own_key);
    create table parties (
      id integer primary key, transaction_id integer not null, transfer_id integer, direction text, role text not null,
      key text not null, address text not null, match_key text not null, match_basis text not null
    ) strict;
    create unique index parties_once on parties (transaction_id, ifnull(transfer_id, 0), role, key, match_key);
    create index parties_by_match on parties (match_key);`)
    return db
  },
  writer(db) {
    const transaction = db.prepare(
      `insert into transactions (chain, hash, block_height, block_hash, block_time, own_signed)
       values (?, ?, ?, ?, ?, ?) on conflict do nothing`,
    )
    const transfer = db.prepare(
      `insert into transfers
         (transaction_id, transfer, direction, asset, symbol, amount, own_key, own_address, logs, tags)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
    )
    const party = db.prepare(
      `insert into parties (transaction_id, transfer_id, direction, role, key, address, match_key, match_basis)
       values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
    )
    return ({ block, movements }) => {
      for (const { hash, transfer: id, asset, symbol, amount, own, parties } of movements) {
        const time = `${new Date(block.time * 1000).toISOString().slice(0, 19)}Z`
        const x = transaction.run('chain', hash, block.height, block.hash, time, 0).lastInsertRowid
        const facts = ['deposit', asset, symbol, amount, own.key, own.address, 1, '[]']
        const t = transfer.run(x, id, ...facts).lastInsertRowid
        for (const { role, key, address } of parties) party.run(x, t, null, role, key, address, key, 'exact')
      }
    }
  },
  prepare: (block, movements) => ({ block, movements }),
  forget() {},
  byKey: 'select transaction_id as tx from parties where match_key = ?',
  byHash: `select id as tx from transactions where chain = 'chain' and hash = ?`,
}

/** What a chain writes for a key, worked out before: encoding addresses is no part of storing them. */
const addresses = new Map()

/** The ledger of today, written by its own code. */
export const compactRows = {
  name: 'compact rows, one look-up table',
  open(path, { isEvm }) {
    const db = openLedger(path)
    pinChain(db, { id: 'chain', caip2: isEvm ? 'eip155:1' : 'bip122:0' }, '0x0', '2026-01-01T00:00:00Z')
    return db
  },
  prepare: (block, movements) => ({
    block: { ...block, parentHash: '', level: 'full', unscreened: [] },
    transactions: movements.map(({ hash, transfer: id, asset, symbol, amount, own, parties }) => {
      for (const { key, address } of [own, ...parties]) addresses.set(key, address)
      const facts = {
        id,
        direction: 'deposit',
        asset,
        symbol,
        amount: BigInt(amount),
        own: own.key,
        tags: [],
      }
      return { hash, ownSigned: false, transfers: [{ ...facts, parties }], parties: [] }
    }),
  }),
  writer(db) {
    const chain = { id: 'chain', addressText: (key) => addresses.get(key) }
    return ({ block, transactions }) => {
      const stored = readStoredBlock(db, chain.id, block)
      const how = { weaker: false, at: '2026-01-01T00:00:00Z' }
      for (const tx of transactions) writeMovements(db, chain, block, stored, tx, how)
    }
  },
  forget: () => addresses.clear(),
  byKey: 'select transaction_id as tx from parties where match_key = ?',
  byHash: 'select id as tx from transactions where hash = ?',
}
