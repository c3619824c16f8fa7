-- A list that changes is written bit by bit and counts in one step, however much of it changes: every version of every
-- entry is a row, with its intervals, and what stored history has to be matched with is noted while it is written.

-- One more state of a job, `staging`. SQLite changes no check constraint: the table is written anew, and the one that
-- refers to it.
create table new_rescreens (
  id integer primary key,
  -- list: a revision's entries. own: own addresses were added. asked: by hand.
  kind text not null check (kind in ('list', 'own', 'asked')),
  list_id text,                  -- of kind `list`; null = every list
  revision integer not null,     -- the list revision it brings stored history up to; 0 while it is staging
  whole integer not null,        -- 1: over every entry of every list; 0: over its rows of rescreen_entries
  parties_to integer not null,   -- the last row of parties when it was written down: later ones met the lists as they came
  state text not null check (state in ('staging', 'pending', 'done')),
  position text,                 -- JSON: how far it has come; null = not begun, or done
  entries integer not null default 0,      -- looked at so far
  transactions integer not null default 0, -- stored transactions screened again
  created integer not null default 0,      -- alerts it raised
  reinstated integer not null default 0,
  known integer not null default 0,
  removals integer not null default 0,     -- `entry-removed` events it wrote
  added_at text not null,
  started_at text,
  finished_at text
) strict;

insert into new_rescreens select * from rescreens;

create table new_rescreen_entries (
  rescreen_id integer not null references new_rescreens (id),
  list_id text not null,
  key text not null,
  change text not null check (change in ('added', 'removed')),
  primary key (rescreen_id, list_id, key)
) strict, without rowid;

insert into new_rescreen_entries select * from rescreen_entries;

drop table rescreen_entries;
drop table rescreens;
-- A rename takes the references along.
alter table new_rescreens rename to rescreens;
alter table new_rescreen_entries rename to rescreen_entries;

create index rescreens_pending on rescreens (id) where state = 'pending';
create index rescreens_staging on rescreens (id) where state = 'staging';

create table list_rows (
  list_id text not null references lists (id),
  key text not null,
  load integer not null,         -- the row of rescreens that it came with: it does not count while that one is staging
  family text not null,
  address text not null,         -- as published
  assets text not null,          -- JSON array of the source's labels
  subject text,
  programs text not null,        -- JSON array
  listed_on text,                -- the source's date for the party
  first_seen text not null,      -- the date by which this address was published
  removed_on text,               -- null = in force
  intervals text not null,       -- JSON array, in order: {"from", "to"}, where `to` null = still
  primary key (list_id, key, load)
) strict, without rowid;

insert into list_rows
select list_id, key, 0, family, address, assets, subject, programs, listed_on, first_seen, removed_on,
  (select json_group_array(json_object('from', "from", 'to', "to")) from
    (select "from", "to" from list_intervals i where i.list_id = e.list_id and i.key = e.key order by "from"))
from list_entries e;

create index list_rows_by_key on list_rows (key);

drop table list_intervals;
drop table list_entries;

-- The highest version of an entry that counts is the entry.
create view list_rows_now as
select * from list_rows r
where load = (
  select v.load from list_rows v
  where v.list_id = r.list_id and v.key = r.key
    and (select state from rescreens where id = v.load) is not 'staging'
  order by v.load desc limit 1
);

create view list_entries as
select list_id, key, family, address, assets, subject, programs, listed_on, first_seen, removed_on from list_rows_now;

create view list_intervals as
select r.list_id, r.key, i.value ->> 'from' as "from", i.value ->> 'to' as "to"
from list_rows_now r cross join json_each(r.intervals) i;
