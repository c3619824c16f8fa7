-- Movements as compact rows: see "How movements are stored" in docs/decisions.md. The rows of before are taken over by
-- src/ledger/transfers/take-over-movements.ts, and the next migration puts views in their place.

-- Blocks that have a stored transaction.
create table transaction_blocks (
  id integer primary key,
  chain text not null references chains (id),
  height integer not null,
  hash any not null,             -- 32 bytes; text where it is no such hash
  prefixed integer not null,     -- 1: written with 0x
  time any not null,             -- unix seconds; text where it is no time to the second
  hash_text text as (iif(typeof(hash) = 'blob', iif(prefixed, '0x', '') || lower(hex(hash)), hash)) virtual,
  unique (chain, height, hash)
) strict;

create table transaction_rows (
  id integer primary key,        -- its epoch is id >> 15
  block integer not null references transaction_blocks (id),
  hash any not null,
  prefixed integer not null,
  own_signed integer not null,
  state integer not null,        -- 0: stands; 1: its block was reorged out; 2: superseded by a rescan
  hash_text text as (iif(typeof(hash) = 'blob', iif(prefixed, '0x', '') || lower(hex(hash)), hash)) virtual
) strict;

-- A reorg, and what stands of a block that is read again.
create index transaction_rows_by_block on transaction_rows (block);

create table assets (
  id integer primary key,
  asset text not null,           -- without the id of a token
  symbol text
) strict;

create unique index assets_once on assets (asset, ifnull(symbol, ''), symbol is null);

-- A key is stored as it takes least: an EVM address as its 40 hex digits in the case of EIP-55, a Bitcoin script as bytes, any other
-- key as its text. Its address is null where it is 0x and these digits; the '*' in a bech32 address stands for the program of the script.
create table transfer_rows (
  tx integer not null,           -- transaction_rows.id
  n integer not null,
  transfer text not null,
  direction integer not null,    -- 0: deposit; 1: withdrawal
  asset integer not null references assets (id),
  token text,                    -- the id of a token
  amount any,                    -- an integer; text where that exceeds 64 bits
  own any not null,
  own_address text,
  tags text,                     -- JSON array; null: none
  logs integer,                  -- null: 1
  id integer as ((tx << 20) + n) virtual,
  own_key text as (case typeof(own) when 'blob' then 'bitcoin:' || lower(hex(own))
    else iif(length(own) = 40 and instr(own, ':') = 0, 'evm:' || lower(own), own) end) virtual,
  primary key (tx, n)
) strict, without rowid;

create table party_rows (
  tx integer not null,
  n integer not null,
  transfer integer,              -- transfer_rows.n; null: a party of the whole transaction
  direction integer,
  role any not null,             -- a number of stored-form.ts
  party any not null,
  address text,
  match any,                     -- null: the key itself
  basis any not null,            -- a number of stored-form.ts
  id integer as ((tx << 20) + n) virtual,
  key text as (case typeof(party) when 'blob' then 'bitcoin:' || lower(hex(party))
    else iif(length(party) = 40 and instr(party, ':') = 0, 'evm:' || lower(party), party) end) virtual,
  match_key text as (case typeof(ifnull(match, party)) when 'blob' then 'bitcoin:' || lower(hex(ifnull(match, party)))
    else iif(length(ifnull(match, party)) = 40 and instr(ifnull(match, party), ':') = 0, 'evm:' || lower(ifnull(match, party)),
      ifnull(match, party)) end) virtual,
  primary key (tx, n)
) strict, without rowid;

-- Which transactions have a key or a hash. Rows of one epoch lie together, so that writing touches a small part of the file.
create table lookups (
  epoch integer not null,
  hash any not null,             -- the last 8 bytes of the key or hash: its last 16 hex digits
  kind integer not null,         -- 0: party_rows.match_key; 1: transfer_rows.own_key; 2: transaction_rows.hash
  row integer not null,          -- the id of the transaction is (epoch << 15) + row
  primary key (epoch, hash, kind, row)
) strict, without rowid;

-- The characters of the longest bech32 program (BIP-141: 40 bytes): what the views count with.
create table bech32_positions (position integer primary key) strict;
with recursive positions (position) as (select 0 union all select position + 1 from positions where position < 63)
insert into bech32_positions select position from positions;

-- Says how the rows are spread, so that SQLite asks each epoch for a hash rather than reading all of them
-- (https://www.sqlite.org/optoverview.html, "Skip-Scan Optimization"), whoever opens the file.
analyze lookups;
delete from sqlite_stat1 where tbl = 'lookups';
insert into sqlite_stat1 (tbl, idx, stat) values
  ('lookups', 'lookups', '100000000 150000 1 1 1'),
  ('transaction_blocks', 'sqlite_autoindex_transaction_blocks_1', '200000 200000 1 1'),
  ('transaction_rows', 'transaction_rows_by_block', '20000000 100'),
  ('transfer_rows', 'transfer_rows', '20000000 1 1'),
  ('party_rows', 'party_rows', '60000000 3 1'),
  ('assets', 'assets_once', '1000 1 1 1');
analyze sqlite_schema;

-- Nobody adds to the rows of before while they are taken over.
create trigger transactions_moving before insert on transactions begin
  select raise(abort, 'the ledger is being brought up to date: stop chainscreen, and run `chainscreen init`');
end;
create trigger transactions_changing before update on transactions begin
  select raise(abort, 'the ledger is being brought up to date: stop chainscreen, and run `chainscreen init`');
end;
create trigger transfers_moving before insert on transfers begin
  select raise(abort, 'the ledger is being brought up to date: stop chainscreen, and run `chainscreen init`');
end;
create trigger transfers_changing before update on transfers begin
  select raise(abort, 'the ledger is being brought up to date: stop chainscreen, and run `chainscreen init`');
end;
create trigger parties_moving before insert on parties begin
  select raise(abort, 'the ledger is being brought up to date: stop chainscreen, and run `chainscreen init`');
end;
