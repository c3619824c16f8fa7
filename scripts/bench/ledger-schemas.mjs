// Two ways to store movements in SQLite, for ledger.mjs: one text row each with its own indexes (schema versions 1 to 27), and compact
// rows with one look-up table (docs/decisions.md, "How movements are stored").

/** An epoch is 32,768 transactions. */
const rowBits = 15
const maskOfRows = 2 ** rowBits - 1

/** Rows with text keys: an index each for the hash, the parties of a transaction, the key of a party, the own key. */
export const separateIndexes = {
  name: 'rows with separate indexes',
  schema: `
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
    create index parties_by_match on parties (match_key);`,
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
    return (block, movements) => {
      for (const { hash, transfer: id, asset, symbol, amount, own, parties } of movements) {
        const time = `${new Date(block.time * 1000).toISOString().slice(0, 19)}Z`
        const x = transaction.run('chain', hash, block.height, block.hash, time, 0).lastInsertRowid
        const facts = ['deposit', asset, symbol, amount, own.key, own.address, 1, '[]']
        const t = transfer.run(x, id, ...facts).lastInsertRowid
        for (const { role, key, address } of parties) party.run(x, t, null, role, key, address, key, 'exact')
      }
    }
  },
  byKey: 'select transaction_id as tx from parties where match_key = ?',
  byHash: `select id as tx from transactions where chain = 'chain' and hash = ?`,
}

const roles = ['source', 'initiator', 'upstream']

/** Rows that are only appended, and look-ups by hash, epoch after epoch. */
export const compactRows = {
  name: 'compact rows, one look-up table',
  schema: `
    create table transaction_blocks (
      id integer primary key, chain text not null, height integer not null, hash any not null, prefixed integer not null,
      time any not null, unique (chain, height, hash)
    ) strict;
    create table transaction_rows (
      id integer primary key, block integer not null, hash any not null, prefixed integer not null,
      own_signed integer not null, state integer not null,
      hash_text text as (iif(typeof(hash) = 'blob', iif(prefixed, '0x', '') || lower(hex(hash)), hash)) virtual
    ) strict;
    create index transaction_rows_by_block on transaction_rows (block);
    create table assets (id integer primary key, asset text not null, symbol text) strict;
    create table transfer_rows (
      tx integer not null, n integer not null, transfer text not null, direction integer not null, asset integer not null,
      token text, amount any, own any not null, own_address text, tags text, logs integer, primary key (tx, n)
    ) strict, without rowid;
    create table party_rows (
      tx integer not null, n integer not null, transfer integer, direction integer, role integer not null,
      party any not null, address text, match any, basis integer not null,
      match_key text as (case typeof(ifnull(match, party)) when 'blob' then 'bitcoin:' || lower(hex(ifnull(match, party)))
        else iif(length(ifnull(match, party)) = 40, 'evm:' || lower(ifnull(match, party)), ifnull(match, party)) end) virtual,
      primary key (tx, n)
    ) strict, without rowid;
    create table lookups (
      epoch integer not null, hash any not null, kind integer not null, row integer not null,
      primary key (epoch, hash, kind, row)
    ) strict, without rowid;
    insert into assets values (1, 'native', 'X');
    analyze lookups;
    insert into sqlite_stat1 values
      ('lookups', 'lookups', '100000000 150000 1 1 1'),
      ('transaction_rows', 'transaction_rows_by_block', '20000000 100'),
      ('transfer_rows', 'transfer_rows', '20000000 1 1'),
      ('party_rows', 'party_rows', '60000000 3 1');
    analyze sqlite_schema;`,
  writer(db) {
    let last = db.prepare('select ifnull(max(id), 0) from transaction_rows').pluck().get()
    const blockRow = db.prepare(
      `insert into transaction_blocks (chain, height, hash, prefixed, time) values ('chain', ?, ?, ?, ?)`,
    )
    const transaction = db.prepare('insert into transaction_rows values (?, ?, ?, ?, 0, 0)')
    const transfer = db.prepare('insert into transfer_rows values (?, ?, ?, 0, 1, null, ?, ?, ?, null, null)')
    const party = db.prepare('insert into party_rows values (?, ?, 0, null, ?, ?, ?, null, 0)')
    const lookup = db.prepare('insert into lookups values (?, ?, ?, ?) on conflict do nothing')
    return (block, movements) => {
      const prefixed = block.hash.startsWith('0x') ? 1 : 0
      const inBlock = blockRow.run(block.height, bytesOf(block.hash), prefixed, block.time).lastInsertRowid
      for (const { hash, transfer: id, amount, own, parties } of movements) {
        const x = ++last
        const epoch = x >> rowBits
        const row = x & maskOfRows
        const look = (kind, text) => lookup.run(epoch, Buffer.from(text.slice(-16), 'hex'), kind, row)
        transaction.run(x, inBlock, bytesOf(hash), prefixed)
        look(2, hash)
        transfer.run(x, 0, id, Number(amount), ...stored(own))
        look(1, own.key)
        parties.forEach((each, n) => {
          party.run(x, n, roles.indexOf(each.role), ...stored(each))
          look(0, each.key)
        })
      }
    }
  },
  byKey: `select (l.epoch << ${rowBits}) + l.row as tx from lookups l
    join party_rows p on p.tx = (l.epoch << ${rowBits}) + l.row
    where l.hash = unhex(substr(p.match_key, -16)) and l.kind = 0 and p.match_key = ?`,
  byHash: `select x.id as tx from lookups l join transaction_rows x on x.id = (l.epoch << ${rowBits}) + l.row
    where l.hash = unhex(substr(x.hash_text, -16)) and l.kind = 2 and x.hash_text = ?`,
}

function bytesOf(hash) {
  return Buffer.from(hash.slice(-64), 'hex')
}

/**
 * An EVM key is its address without letter case, so the address alone is stored. Of Bitcoin, the script, and of a bech32 address what the
 * script does not say: prefix, version and checksum.
 */
function stored({ key, address }) {
  if (key.startsWith('evm:')) return [address.slice(2), null]
  return [Buffer.from(key.slice(8), 'hex'), `${address.slice(0, 4)}*${address.slice(-6)}`]
}
