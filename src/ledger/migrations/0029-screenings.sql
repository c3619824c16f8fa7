-- Every pre-check of an address, and the cases that refused withdrawals are.

-- What lists answered: most answers share it.
create table screening_lists (
  id integer primary key,
  lists text not null unique     -- JSON array
) strict;

-- One row for each address that was asked about. Append-only.
create table screening_rows (
  seq integer primary key autoincrement,
  request text not null,         -- the same for addresses that were asked about together
  at text not null,
  actor text not null,
  via text not null check (via in ('cli', 'api')),
  note text,
  reference text,
  chain text,
  asset text,
  address text not null,         -- as it was given, without secrets
  key text,                      -- null: not readable as an address
  family text,
  verdict text not null check (verdict in ('clear', 'listed', 'unknown')),
  reason text,
  matches text not null,         -- JSON array
  list_revision integer not null,
  lists integer not null references screening_lists (id)
) strict;

create index screening_rows_by_request on screening_rows (request);
create index screening_rows_by_key on screening_rows (key);
create index screening_rows_by_reference on screening_rows (reference) where reference is not null;
create index screening_rows_by_time on screening_rows (at);

create trigger screening_rows_keep before delete on screening_rows begin
  select raise(abort, 'screenings are append-only');
end;

create trigger screening_rows_fixed before update on screening_rows begin
  select raise(abort, 'screenings are append-only');
end;

create trigger screening_lists_keep before delete on screening_lists begin
  select raise(abort, 'screenings are append-only');
end;

create trigger screening_lists_fixed before update on screening_lists begin
  select raise(abort, 'screenings are append-only');
end;

create view screenings as
select s.seq, s.request, s.at, s.actor, s.via, s.note, s.reference, s.chain, s.asset, s.address, s.key, s.family,
  s.verdict, s.reason, s.matches, s.list_revision, l.lists
from screening_rows s join screening_lists l on l.id = s.lists;

-- Withdrawals that a screening refused: alerts of status `attempted`.
create table attempts (
  alert_id text primary key references alerts (id),
  reference text not null,       -- the exchange's own id of the withdrawal
  request text not null          -- the screening that first said so
) strict, without rowid;

create index attempts_by_reference on attempts (reference);

create trigger attempts_keep before delete on attempts begin
  select raise(abort, 'attempts are append-only');
end;

drop view alerts_current;

create view alerts_current as
select
  a.*,
  iif(g.seq is null, a.level, g.data ->> '$.level') as current_level,
  iif(g.seq is null, a.tags, g.data -> '$.tags') as current_tags,
  iif(g.seq is null, a.symbol, g.data ->> '$.symbol') as current_symbol,
  iif(g.seq is null, a.decimals, g.data ->> '$.decimals') as current_decimals,
  iif(d.seq is null or d.kind = 'reopened', 'open', d.kind) as disposition,
  d.actor as disposition_by,
  d.at as disposition_at,
  d.note as disposition_note,
  p.data ->> '$.decision' as proposed,
  p.actor as proposed_by,
  p.at as proposed_at,
  p.note as proposed_note,
  s.data ->> '$.assignee' as assignee,
  (select count(*) from alert_versions v where v.alert_id = a.id) as version,
  -- Ten business days from the day on which the property became blocked, or the transaction was rejected.
  case when a.category = 'canary' or d.kind in ('released', 'false-positive') then null
    when d.kind is not 'blocked' and d.kind is not 'rejected' and a.status in ('orphaned', 'withdrawn') then null
    else (
      select day from business_days
      where day > coalesce(
        iif(d.kind in ('blocked', 'rejected'), d.data ->> '$.on', null),
        iif(a.role = 'own', coalesce(a.listed_on, e.first_seen), null),
        max(substr(coalesce(a.block_time, a.created_at), 1, 10), coalesce(a.listed_on, e.first_seen, ''))
      ) order by day limit 1 offset 9
    )
  end as due_on,
  (e.key is not null and e.removed_on is null) as entry_in_force,
  e.removed_on as entry_removed_on,
  k.transfer_count,
  o.kind as own_kind,
  coalesce(t.reference, o.reference) as own_reference
from alerts a
join alert_keys k on k.alert_id = a.id
left join alert_events g on g.seq = (
  select max(seq) from alert_events
  where alert_id = a.id and (kind in ('confirmed', 'reinstated') or kind = 'regraded' and json_type(data, '$.level') is not null)
) and g.kind = 'regraded'
left join alert_events d on d.seq = (
  select max(seq) from alert_events
  where alert_id = a.id
    and kind in ('acknowledged', 'blocked', 'rejected', 'released', 'false-positive', 'reopened')
) and not (d.kind = 'released' and exists (
  select 1 from alert_events r where r.alert_id = a.id and r.kind = 'listed-again' and r.seq > d.seq
))
-- A proposal lapses where the version moved since.
left join alert_events p on p.seq = (
  select max(seq) from alert_events where alert_id = a.id and kind = 'proposed'
) and not exists (select 1 from alert_versions v where v.alert_id = a.id and v.seq > p.seq)
left join alert_events s on s.seq = (
  select max(seq) from alert_events where alert_id = a.id and kind = 'assigned'
)
left join attempts t on t.alert_id = a.id
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
