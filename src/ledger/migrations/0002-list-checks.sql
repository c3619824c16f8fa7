-- Lists that are fetched: every check of a source is told, and what was refused is kept too.

-- Two more states of a snapshot, `staging` and `rejected`. SQLite changes no check constraint: the table is written
-- anew, and the one that refers to it.
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
  unique (list_id, sha256)
) strict;

insert into new_list_snapshots select * from list_snapshots;

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

-- What came of every look at a list's source: the story that `lists show` tells.
create table list_checks (
  seq integer primary key autoincrement,
  list_id text not null,
  at text not null,
  outcome text not null
    check (outcome in ('activated', 'held', 'unchanged', 'not-modified', 'rejected', 'failed')),
  status integer,                -- the last HTTP status, where there was one
  detail text,                   -- a sentence for people
  sha256 text,                   -- the snapshot it is about
  bytes integer
) strict;

create index list_checks_by_list on list_checks (list_id, seq);

create trigger list_checks_keep before delete on list_checks begin
  select raise(abort, 'list_checks is append-only');
end;

create trigger list_checks_fixed before update on list_checks begin
  select raise(abort, 'list_checks is append-only');
end;

-- How a list was last downloaded, so that the next request can ask for news only.
create table list_sources (
  list_id text primary key,
  resource text,                 -- SHA-256 of the address that answered (which may hold a key)
  etag text,
  last_modified text,
  sha256 text,                   -- the snapshot that it answered with
  not_before text                -- the server asked not to be asked before
) strict, without rowid;
