-- Large loads are written in pieces and become visible in one step; a snapshot says which parser read it; a publisher's
-- announcement of a list is remembered.

-- A version of a list is its bytes as one version of a parser reads them. SQLite changes no unique constraint: the
-- table is written anew, and the one that refers to it.
create table new_list_snapshots (
  id integer primary key,
  list_id text not null,
  sha256 text not null,          -- of the decompressed file; of a rejected one that can't be decompressed, of the file as it came
  format text not null,
  issued_on text,
  state text not null check (state in ('active', 'superseded', 'held', 'rejected', 'staging')),
  reason text,                   -- why it is held, or was rejected
  bytes integer not null,
  counts text not null,          -- JSON: what the file says of itself
  imported_at text not null,
  activated_at text,
  revision integer,              -- the list revision that its activation made
  parser integer not null,       -- the version of the format's parser that read it
  unique (list_id, sha256, parser)
) strict;

insert into new_list_snapshots select *, 1 from list_snapshots;

create table new_snapshot_entries (
  snapshot_id integer not null references new_list_snapshots (id),
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

insert into new_snapshot_entries select * from snapshot_entries;

drop table snapshot_entries;
drop table list_snapshots;
-- A rename takes the references along.
alter table new_list_snapshots rename to list_snapshots;
alter table new_snapshot_entries rename to snapshot_entries;

create table new_list_unparsed (
  list_id text not null,
  snapshot text not null,        -- SHA-256
  parser integer not null,       -- as in list_snapshots
  location text not null,        -- where in the file
  raw text not null,
  asset text,
  reason text not null,
  primary key (list_id, snapshot, parser, location, raw)
) strict, without rowid;

insert into new_list_unparsed select list_id, snapshot, 1, location, raw, asset, reason from list_unparsed;
drop table list_unparsed;
alter table new_list_unparsed rename to list_unparsed;

-- Where a publisher announces versions beside the file: the announcement as it was last read.
alter table list_sources add column index_resource text;      -- SHA-256 of the address that answered
alter table list_sources add column index_etag text;
alter table list_sources add column index_last_modified text;
alter table list_sources add column version text;             -- the announced version that `sha256` is
alter table list_sources add column checksum text;            -- its announced checksum

-- Own addresses: every version of every row. A load writes its rows bit by bit and counts when `own_load` in `meta` names
-- it; until then, and for ever after a crash, nobody sees them.
create table own_rows (
  key text not null,
  chain text not null,           -- '' = every chain of its family
  load integer not null,         -- counts where it is not above `own_load` in `meta`; the highest that counts is the row
  address text not null,
  kind text not null check (kind in ('deposit', 'hot', 'cold', 'forwarder')),
  reference text not null,
  added_at text not null,
  revision integer not null,     -- the own revision that added it
  retired_at text,               -- a retired address stays own
  primary key (key, chain, load)
) strict, without rowid;

insert into own_rows (key, chain, load, address, kind, reference, added_at, revision, retired_at)
select key, chain, 0, address, kind, reference, added_at, revision, retired_at from own_addresses;

create index own_rows_by_revision on own_rows (revision);

insert into meta (key, value) values ('own_load', '0');

drop table own_addresses;

create view own_addresses as
select key, chain, address, kind, reference, added_at, revision, retired_at from own_rows r
where load <= (select cast(value as integer) from meta where key = 'own_load')
  and not exists (
    select 1 from own_rows later
    where later.key = r.key and later.chain = r.chain and later.load > r.load
      and later.load <= (select cast(value as integer) from meta where key = 'own_load')
  );
