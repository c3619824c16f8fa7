-- Own addresses that never were the exchange's: removed, and foreign from then on.

alter table own_rows add column removed_at text; -- of every version of the row; null: own

-- Who said so, when and why. Append-only.
create table own_removals (
  id integer primary key,
  key text not null,
  chain text not null,             -- as it was added: '' = every chain of its family
  address text not null,
  at text not null,
  actor text not null,
  note text,
  added_revision integer not null, -- blocks screened with this own revision,
  revision integer not null        -- up to the one before this, took it for own
) strict;

create index own_removals_by_key on own_removals (key);

create trigger own_removals_keep before delete on own_removals begin
  select raise(abort, 'own_removals is append-only');
end;

create trigger own_removals_fixed before update on own_removals begin
  select raise(abort, 'own_removals is append-only');
end;

-- added: own addresses were registered late (--since). removed: some were never own.
alter table replays add column cause text not null default 'added' check (cause in ('added', 'removed'));

drop view own_addresses;

create view own_addresses as
select key, chain, address, kind, reference, added_at, revision, retired_at, removed_at from own_rows r
where load <= (select cast(value as integer) from meta where key = 'own_load')
  and not exists (
    select 1 from own_rows later
    where later.key = r.key and later.chain = r.chain and later.load > r.load
      and later.load <= (select cast(value as integer) from meta where key = 'own_load')
  );

-- What is said of an own address that is not removed comes first.
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
  select chain from own_addresses where key = k.own_key and (a.chain is null or chain in ('', a.chain))
  order by removed_at is not null, chain desc limit 1
);
