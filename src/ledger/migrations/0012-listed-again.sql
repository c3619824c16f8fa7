-- An entry that is listed again, and one that moves to another party, are told to its alerts.

-- One more change of an entry, `renamed`. SQLite changes no check constraint: the table is written anew.
create table new_rescreen_entries (
  rescreen_id integer not null references rescreens (id),
  list_id text not null,
  key text not null,
  change text not null check (change in ('added', 'removed', 'renamed')),
  primary key (rescreen_id, list_id, key)
) strict, without rowid;

insert into new_rescreen_entries select * from rescreen_entries;
drop table rescreen_entries;
alter table new_rescreen_entries rename to rescreen_entries;

alter table rescreens add column listed_again integer not null default 0; -- `listed-again` events it wrote
alter table rescreens add column regraded integer not null default 0;     -- `regraded` events it wrote

-- What was released is open again once its entry is listed again. Every other decision stands.
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
) and not (d.kind = 'released' and exists (
  select 1 from alert_events r where r.alert_id = a.id and r.kind = 'listed-again' and r.seq > d.seq
))
left join list_entries e on e.list_id = a.list_id and e.key = k.entry_key
left join own_addresses o on o.key = k.own_key and o.chain = (
  select max(chain) from own_addresses where key = k.own_key and (a.chain is null or chain in ('', a.chain))
);

-- What was listed again before this version was told to nobody.
insert into alert_events (alert_id, at, kind, actor, data)
select a.id, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'listed-again', 'chainscreen', json_object(
  'revision', (select cast(value as integer) from meta where key = 'list_revision'),
  'in_force_from', e.intervals ->> '$[#-1].from',
  'subject', e.subject
)
from alerts a
join alert_keys k on k.alert_id = a.id
join list_rows_now e on e.list_id = a.list_id and e.key = k.entry_key and e.removed_on is null
where exists (select 1 from alert_events t where t.alert_id = a.id and t.kind = 'entry-removed')
order by a.id;
