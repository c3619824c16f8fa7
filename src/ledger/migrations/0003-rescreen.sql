-- Re-screening: what has to be matched against stored history when a list or the own addresses change. Written in the
-- transaction that made the change, worked off in short ones after it.

create table rescreens (
  id integer primary key,
  -- list: a revision's entries. own: own addresses were added. asked: by hand.
  kind text not null check (kind in ('list', 'own', 'asked')),
  list_id text,                  -- of kind `list`; null = every list
  revision integer not null,     -- the list revision it brings stored history up to
  whole integer not null,        -- 1: over every entry of every list; 0: over its rows of rescreen_entries
  parties_to integer not null,   -- the last row of parties when it was written down: later ones met the lists as they came
  state text not null check (state in ('pending', 'done')),
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

create index rescreens_pending on rescreens (id) where state = 'pending';

-- What changed, entry by entry: also the answer to "which entries came with which revision".
create table rescreen_entries (
  rescreen_id integer not null references rescreens (id),
  list_id text not null,
  key text not null,
  change text not null check (change in ('added', 'removed')),
  primary key (rescreen_id, list_id, key)
) strict, without rowid;

-- The alerts of a removed entry.
create index alert_keys_by_entry on alert_keys (entry_key, alert_id);

-- Stored history of before this version was never matched against later revisions.
insert into rescreens (kind, revision, whole, parties_to, state, added_at)
select 'list', cast(value as integer), 1, ifnull((select max(id) from parties), 0), 'pending', strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
from meta where key = 'list_revision' and cast(value as integer) > 0;

-- An alert without a chain (an own address that a list names) finds its own address on any chain.
drop view alerts_current;

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
  select max(chain) from own_addresses where key = k.own_key and (a.chain is null or chain in ('', a.chain))
);
