-- The ledger. Keys are text `family:hex` (src/address/key.ts), amounts are integers in base units as text, times are
-- UTC ISO-8601, dates `YYYY-MM-DD`. Tables and columns described in docs/alerts.md are a contract.

create table meta (
  key text primary key,
  value text not null
) strict, without rowid;

insert into meta (key, value) values ('list_revision', '0'), ('own_revision', '0');

-- Lists ---------------------------------------------------------------------------------------------------------

create table lists (
  id text primary key,
  format text not null,
  category text not null,
  active_snapshot text,          -- SHA-256; null until one was activated
  issued_on text,                -- of the active snapshot, where the source gives one
  activated_at text,
  checked_at text,               -- the last time the source was read whole and sound
  max_age_seconds integer,       -- older than this: `screen` answers unknown
  revision integer not null default 0
) strict;

create table list_snapshots (
  id integer primary key,
  list_id text not null,
  sha256 text not null,          -- of the decompressed file
  format text not null,
  issued_on text,
  state text not null check (state in ('active', 'superseded', 'held')),
  reason text,                   -- why it is held
  bytes integer not null,
  counts text not null,          -- JSON: what the file says of itself
  imported_at text not null,
  activated_at text,
  revision integer,              -- the list revision that its activation made
  unique (list_id, sha256)
) strict;

create table snapshot_entries (
  snapshot_id integer not null references list_snapshots (id),
  key text not null,
  address text not null,
  assets text not null,          -- JSON array
  subject text,
  programs text not null,        -- JSON array
  listed_on text,
  published_by text,
  removed_on text,
  primary key (snapshot_id, key)
) strict, without rowid;

create table list_entries (
  list_id text not null,
  key text not null,
  family text not null,
  address text not null,         -- as published
  assets text not null,          -- JSON array of the source's labels
  subject text,
  programs text not null,        -- JSON array
  listed_on text,                -- the source's date for the party
  first_seen text not null,      -- the date by which this address was published
  removed_on text,               -- null = in force
  primary key (list_id, key)
) strict, without rowid;

create index list_entries_by_key on list_entries (key);

create table list_intervals (
  list_id text not null,
  key text not null,
  "from" text not null,
  "to" text,
  primary key (list_id, key, "from"),
  foreign key (list_id, key) references list_entries (list_id, key)
) strict, without rowid;

create table list_unparsed (
  list_id text not null,
  snapshot text not null,        -- SHA-256
  location text not null,        -- where in the file
  raw text not null,
  asset text,
  reason text not null,
  primary key (list_id, snapshot, location, raw)
) strict, without rowid;

-- Own addresses -------------------------------------------------------------------------------------------------

create table own_addresses (
  key text not null,
  chain text not null default '', -- '' = every chain of its family
  address text not null,
  kind text not null check (kind in ('deposit', 'hot', 'cold', 'forwarder')),
  reference text not null,
  added_at text not null,
  revision integer not null,     -- the own revision that added it
  retired_at text,               -- a retired address stays own
  primary key (key, chain)
) strict, without rowid;

create index own_addresses_by_revision on own_addresses (revision);

-- Chains --------------------------------------------------------------------------------------------------------

create table chains (
  id text primary key,
  caip2 text not null,
  genesis_hash text not null,
  start_height integer,          -- where following began; null until it did
  cursor_height integer,
  cursor_hash text,
  cursor_time integer,
  head_height integer,
  final_height integer,
  updated_at text not null
) strict;

-- The hash window of the followed branch: enough to walk back a reorg.
create table blocks (
  chain text not null references chains (id),
  height integer not null,
  hash text not null,
  parent_hash text not null,
  time integer not null,
  coverage_id integer not null,
  digest text not null,          -- of the coverage row, up to and including this block
  primary key (chain, height)
) strict, without rowid;

create table coverage (
  id integer primary key,
  chain text not null references chains (id),
  kind text not null check (kind in ('follow', 'replay')),
  from_height integer not null,
  to_height integer not null,
  level text not null,
  list_revision integer not null,
  own_revision integer not null,
  seed text not null,
  digest text not null,
  last_hash text not null,
  updated_at text not null
) strict;

create index coverage_by_chain on coverage (chain, kind, to_height);

create table unscreened (
  id integer primary key,
  chain text not null references chains (id),
  from_height integer not null,
  to_height integer not null,
  what text not null,
  reason text not null
) strict;

create index unscreened_by_chain on unscreened (chain, what, to_height);

-- Movements -----------------------------------------------------------------------------------------------------

-- One row per inclusion: a transaction mined again after a reorg has another row.
create table transactions (
  id integer primary key,
  chain text not null references chains (id),
  hash text not null,
  block_height integer not null,
  block_hash text not null,
  block_time text not null,
  own_signed integer not null,
  orphaned integer not null default 0,
  unique (chain, hash, block_hash)
) strict;

create index transactions_by_height on transactions (chain, block_height);

create table transfers (
  id integer primary key,
  transaction_id integer not null references transactions (id),
  transfer text not null,
  direction text not null check (direction in ('deposit', 'withdrawal')),
  asset text not null,
  symbol text,
  amount text not null,
  own_key text not null,
  own_address text not null,
  tags text not null,            -- JSON array
  unique (transaction_id, transfer)
) strict;

create index transfers_by_own on transfers (own_key);

create table parties (
  id integer primary key,
  transaction_id integer not null references transactions (id),
  transfer_id integer references transfers (id), -- null: a party of the whole transaction
  direction text,                -- of a party of the whole transaction: only transfers of this direction
  role text not null,
  key text not null,
  address text not null,
  match_key text not null,       -- the key itself, or another form of it that the transaction reveals
  match_basis text not null
) strict;

create unique index parties_once on parties (transaction_id, ifnull(transfer_id, 0), role, key, match_key);
create index parties_by_match on parties (match_key);

-- Alerts --------------------------------------------------------------------------------------------------------

create table alerts (
  id text primary key,
  chain text,
  direction text,
  status text not null,
  level text not null,
  tags text not null,
  block_height integer,
  block_hash text,
  block_time text,
  tx_hash text,
  transfer text,
  asset text,
  symbol text,
  amount text,
  own_address text not null,
  counterparty text,
  role text not null,
  match text not null,
  list_id text not null,
  category text not null,
  entry_address text not null,
  subject text,
  programs text not null,
  listed_on text,
  listed_at_transfer text,
  list_revision integer not null,
  created_at text not null
) strict;

create index alerts_by_block on alerts (chain, block_height);
create index alerts_by_status on alerts (chain, status);
create index alerts_by_created on alerts (created_at);

-- The keys behind an alert's texts.
create table alert_keys (
  alert_id text primary key references alerts (id),
  party_key text not null,
  entry_key text not null,
  own_key text not null,
  transfer_count integer not null -- transfers it stands for: more than one only for unknown assets
) strict, without rowid;

create index alert_keys_by_party on alert_keys (party_key);
create index alert_keys_by_own on alert_keys (own_key);

create table alert_events (
  seq integer primary key autoincrement,
  alert_id text not null references alerts (id),
  at text not null,
  kind text not null,
  actor text not null,
  note text,
  data text                      -- JSON
) strict;

create index alert_events_by_alert on alert_events (alert_id);

create trigger alert_events_keep before delete on alert_events begin
  select raise(abort, 'alert_events is append-only');
end;

create trigger alert_events_fixed before update on alert_events begin
  select raise(abort, 'alert_events is append-only');
end;

create trigger alerts_keep before delete on alerts begin
  select raise(abort, 'alerts are never deleted');
end;

-- Every alert with what is known of it now.
create view alerts_current as
select
  a.*,
  coalesce(d.kind, 'open') as disposition,
  d.actor as disposition_by,
  d.at as disposition_at,
  d.note as disposition_note,
  (e.key is not null and e.removed_on is null) as entry_in_force,
  e.removed_on as entry_removed_on,
  k.transfer_count,
  o.kind as own_kind,
  o.reference as own_reference
from alerts a
join alert_keys k on k.alert_id = a.id
left join alert_events d on d.seq = (
  select max(seq) from alert_events
  where alert_id = a.id
    and kind in ('acknowledged', 'blocked', 'rejected', 'released', 'false-positive')
)
left join list_entries e on e.list_id = a.list_id and e.key = k.entry_key
left join own_addresses o on o.key = k.own_key and o.chain = (
  select max(chain) from own_addresses where key = k.own_key and chain in ('', a.chain)
);

-- Per alert transaction: what else moved in it. A join that most queries need.
create view transfer_parties as
select
  x.chain, x.block_height, x.block_hash, x.block_time, x.hash as tx_hash, x.orphaned,
  t.transfer, t.direction, t.asset, t.symbol, t.amount, t.own_address, t.tags,
  p.role, p.address as party, p.key as party_key, p.match_key, p.match_basis
from transfers t
join transactions x on x.id = t.transaction_id
join parties p on p.transaction_id = t.transaction_id
  and (p.transfer_id = t.id or (p.transfer_id is null and (p.direction is null or p.direction = t.direction)));
