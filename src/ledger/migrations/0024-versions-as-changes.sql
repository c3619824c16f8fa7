-- A list of a million addresses: each key is written once and referred to by a number, and each version of a list is what it
-- changes of the version stored before it. Views keep the columns of `list_rows`, `list_forms`, `snapshot_entries` and
-- `rescreen_entries`.

-- Lists by number. Numbers of today's lists are in the order of their ids, and those of keys below in the order of the keys:
-- a job that is under way goes on where it stands.
create table list_numbers (
  number integer primary key,
  list_id text not null unique
) strict;

insert into list_numbers (list_id)
select id from lists union select list_id from list_snapshots union select list_id from rescreen_entries order by 1;

-- Every key that a version of a list ever named, and the keys by which a party may meet it where they differ from it
-- (src/address/index-forms.ts). Written before the entry, and never taken back: a key leads to entries that are there, or to none.
create table list_keys (
  id integer primary key,        -- grows: whoever has read up to one has all before it
  key text not null,
  variant_of integer,            -- the row of the listed key; null = this is the listed key
  address text                   -- of a listed key: as it was first published; null = 0x and the key's hex
) strict;

insert into list_keys (key, address)
select f.form, nullif(
  (select r.address from list_rows r where r.key = f.form order by r.list_id, r.load limit 1),
  '0x' || substr(f.form, instr(f.form, ':') + 1)
) from list_forms f where f.key is null order by f.form;

-- Partial, so that SQLite knows a listed key for one row.
create unique index list_keys_listed on list_keys (key) where variant_of is null;
create unique index list_keys_variants on list_keys (key, variant_of) where variant_of is not null;

-- No program writes such rows without the key's form; they would be lost here.
insert into list_keys (key)
select distinct r.key from (
  select key from list_rows union all select key from snapshot_entries union all select key from rescreen_entries
) r where not exists (select 1 from list_keys k where k.key = r.key and k.variant_of is null) order by r.key;

insert into list_keys (key, variant_of)
select f.form, k.id from list_forms f cross join list_keys k on k.key = f.key and k.variant_of is null
where f.key is not null order by f.id;

-- What was written anew goes at once, so that its pages serve what comes next.
drop table list_forms;

drop view list_entries;
drop view list_intervals;
drop view list_rows_now;

-- Under the view `list_rows`.
create table entry_versions (
  list integer not null,         -- list_numbers.number
  key integer not null,          -- list_keys.id
  load integer not null,         -- the row of rescreens that it came with: it does not count while that one is staging
  address text,                  -- as published; null = as list_keys has it
  assets text,                   -- JSON array; null = none
  subject text,
  programs text,                 -- JSON array; null = none
  listed_on text,
  first_seen text not null,
  removed_on text,
  intervals text,                -- JSON array; null = one, from first_seen to removed_on
  primary key (list, key, load)
) strict, without rowid;

insert into entry_versions
select n.number, k.id, r.load,
  nullif(r.address, coalesce(k.address, '0x' || substr(k.key, instr(k.key, ':') + 1))),
  nullif(r.assets, '[]'), r.subject, nullif(r.programs, '[]'), r.listed_on, r.first_seen, r.removed_on,
  nullif(r.intervals, json_array(json_object('from', r.first_seen, 'to', r.removed_on)))
from list_rows r
cross join list_numbers n on n.list_id = r.list_id
cross join list_keys k on k.key = r.key and k.variant_of is null;

create index entry_versions_by_key on entry_versions (key);

drop table list_rows;

-- Under the view `snapshot_entries`. What a version says of a key is the last row up to it.
create table snapshot_changes (
  list integer not null,         -- list_numbers.number
  key integer not null,          -- list_keys.id
  snapshot integer not null,     -- the first version, by list_snapshots.id, that says so
  gone integer check (gone = 1), -- 1: it does not name the key, as the one before it did
  address text,                  -- as in entry_versions
  assets text,
  subject text,
  programs text,
  listed_on text,
  published_by text,
  removed_on text,
  primary key (list, key, snapshot)
) strict, without rowid;

-- The versions that were read whole, each with its neighbours.
create table neighbours (
  id integer primary key,
  list integer not null,
  former integer,
  next integer
) strict;

insert into neighbours
select s.id, n.number, lag(s.id) over of_list, lead(s.id) over of_list
from list_snapshots s join list_numbers n on n.list_id = s.list_id
where s.state not in ('rejected', 'staging')
window of_list as (partition by s.list_id order by s.id);

insert into snapshot_changes
select v.list, k.id, v.id, null,
  nullif(e.address, coalesce(k.address, '0x' || substr(k.key, instr(k.key, ':') + 1))),
  nullif(e.assets, '[]'), e.subject, nullif(e.programs, '[]'), e.listed_on, e.published_by, e.removed_on
from neighbours v
cross join snapshot_entries e on e.snapshot_id = v.id
cross join list_keys k on k.key = e.key and k.variant_of is null
left join snapshot_entries f on f.snapshot_id = v.former and f.key = e.key
where f.key is null or (e.address, e.assets, e.subject, e.programs, e.listed_on, e.published_by, e.removed_on)
  is not (f.address, f.assets, f.subject, f.programs, f.listed_on, f.published_by, f.removed_on);

insert into snapshot_changes (list, key, snapshot, gone)
select v.list, k.id, v.next, 1
from neighbours v
cross join snapshot_entries e on e.snapshot_id = v.id
cross join list_keys k on k.key = e.key and k.variant_of is null
where v.next is not null
  and not exists (select 1 from snapshot_entries l where l.snapshot_id = v.next and l.key = e.key);

drop table neighbours;
drop table snapshot_entries;

-- Under the view `rescreen_entries`.
create table rescreen_items (
  rescreen integer not null references rescreens (id),
  list integer not null,         -- list_numbers.number
  key integer not null,          -- list_keys.id
  change text not null check (change in ('added', 'removed', 'renamed')),
  primary key (rescreen, list, key)
) strict, without rowid;

insert into rescreen_items
select e.rescreen_id, n.number, k.id, e.change
from rescreen_entries e
cross join list_numbers n on n.list_id = e.list_id
cross join list_keys k on k.key = e.key and k.variant_of is null;

drop table rescreen_entries;

create view list_forms as
select v.id, v.key as form, k.key as key from list_keys v left join list_keys k on k.id = v.variant_of;

create view list_rows as
select n.list_id, k.key, v.load, substr(k.key, 1, instr(k.key, ':') - 1) as family,
  coalesce(v.address, k.address, '0x' || substr(k.key, instr(k.key, ':') + 1)) as address,
  ifnull(v.assets, '[]') as assets, v.subject, ifnull(v.programs, '[]') as programs,
  v.listed_on, v.first_seen, v.removed_on,
  ifnull(v.intervals, json_array(json_object('from', v.first_seen, 'to', v.removed_on))) as intervals
from entry_versions v join list_numbers n on n.number = v.list join list_keys k on k.id = v.key and k.variant_of is null;

-- The highest version of an entry that counts is the entry.
create view list_rows_now as
select n.list_id, k.key, v.load, substr(k.key, 1, instr(k.key, ':') - 1) as family,
  coalesce(v.address, k.address, '0x' || substr(k.key, instr(k.key, ':') + 1)) as address,
  ifnull(v.assets, '[]') as assets, v.subject, ifnull(v.programs, '[]') as programs,
  v.listed_on, v.first_seen, v.removed_on,
  ifnull(v.intervals, json_array(json_object('from', v.first_seen, 'to', v.removed_on))) as intervals
from entry_versions v join list_numbers n on n.number = v.list join list_keys k on k.id = v.key and k.variant_of is null
where v.load = (
  select w.load from entry_versions w
  where w.list = v.list and w.key = v.key and (select state from rescreens where id = w.load) is not 'staging'
  order by w.load desc limit 1
);

create view list_entries as
select list_id, key, family, address, assets, subject, programs, listed_on, first_seen, removed_on from list_rows_now;

create view list_intervals as
select r.list_id, r.key, i.value ->> 'from' as "from", i.value ->> 'to' as "to"
from list_rows_now r cross join json_each(r.intervals) i;

create view snapshot_entries as
select s.id as snapshot_id, k.key,
  coalesce(c.address, k.address, '0x' || substr(k.key, instr(k.key, ':') + 1)) as address,
  ifnull(c.assets, '[]') as assets, c.subject, ifnull(c.programs, '[]') as programs,
  c.listed_on, c.published_by, c.removed_on
from list_snapshots s
join list_numbers n on n.list_id = s.list_id
join snapshot_changes c on c.list = n.number
join list_keys k on k.id = c.key and k.variant_of is null
where s.state != 'rejected' and c.gone is null and c.snapshot = (
  select max(l.snapshot) from snapshot_changes l where l.list = c.list and l.key = c.key and l.snapshot <= s.id
);

create view rescreen_entries as
select i.rescreen as rescreen_id, n.list_id, k.key, i.change
from rescreen_items i join list_numbers n on n.number = i.list join list_keys k on k.id = i.key and k.variant_of is null;

-- Not through `list_entries`: SQLite would make the whole of it for each look at one alert.
drop view alerts_current;

create view alerts_current as
select
  a.*,
  iif(g.seq is null, a.level, g.data ->> '$.level') as current_level,
  iif(g.seq is null, a.tags, g.data -> '$.tags') as current_tags,
  iif(g.seq is null, a.symbol, g.data ->> '$.symbol') as current_symbol,
  iif(g.seq is null, a.decimals, g.data ->> '$.decimals') as current_decimals,
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
left join alert_events g on g.seq = (
  select max(seq) from alert_events
  where alert_id = a.id and (kind in ('confirmed', 'reinstated') or kind = 'regraded' and json_type(data, '$.level') is not null)
) and g.kind = 'regraded'
left join alert_events d on d.seq = (
  select max(seq) from alert_events
  where alert_id = a.id
    and kind in ('acknowledged', 'blocked', 'rejected', 'released', 'false-positive')
) and not (d.kind = 'released' and exists (
  select 1 from alert_events r where r.alert_id = a.id and r.kind = 'listed-again' and r.seq > d.seq
))
left join list_numbers n on n.list_id = a.list_id
left join list_keys ek on ek.key = k.entry_key and ek.variant_of is null
left join entry_versions e on e.list = n.number and e.key = ek.id and e.load = (
  select w.load from entry_versions w
  where w.list = n.number and w.key = ek.id and (select state from rescreens where id = w.load) is not 'staging'
  order by w.load desc limit 1
)
left join own_addresses o on o.key = k.own_key and o.chain = (
  select chain from own_addresses where key = k.own_key and (a.chain is null or chain in ('', a.chain))
  order by removed_at is not null, chain desc limit 1
);
