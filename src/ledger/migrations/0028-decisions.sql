-- Who did what, decisions of two people, assignment, and the dates on which reports are due.

-- Everything that a person changed. Append-only.
create table audit (
  seq integer primary key autoincrement,
  at text not null,
  actor text not null,
  action text not null,          -- such as `alert.blocked`, `list.approved`, `own.retired`
  target text not null,          -- the alert, list, address, chain or file that it was done to
  note text,
  data text                      -- JSON
) strict;

create index audit_by_target on audit (target);

create trigger audit_keep before delete on audit begin
  select raise(abort, 'audit is append-only');
end;

create trigger audit_fixed before update on audit begin
  select raise(abort, 'audit is append-only');
end;

-- Decisions that need two people: `decisions.secondPerson` of the config.
create table second_person (
  decision text primary key
) strict, without rowid;

-- Events that move the version of an alert: what was seen before them may not hold any more.
create view alert_versions as
select alert_id, seq from alert_events where kind in (
  'created', 'orphaned', 'reinstated', 'withdrawn', 'replaced', 'entry-removed', 'listed-again', 'regraded',
  'acknowledged', 'blocked', 'rejected', 'released', 'false-positive', 'reopened'
);

create trigger alert_events_two_people before insert on alert_events
when new.kind in (select decision from second_person) or json_extract(new.data, '$.proposal') is not null begin
  select raise(abort, 'this decision needs a standing proposal of another person')
  where not exists (
    select 1 from alert_events p
    where p.seq = json_extract(new.data, '$.proposal') and p.alert_id = new.alert_id and p.kind = 'proposed'
      and p.data ->> '$.decision' = new.kind and lower(trim(p.actor)) != lower(trim(new.actor))
      and not exists (select 1 from alert_versions v where v.alert_id = p.alert_id and v.seq > p.seq)
  );
end;

-- Business days of US federal agencies: Monday to Friday without the legal holidays of 5 U.S.C. 6103(a). A holiday on a Saturday
-- is observed on the Friday before (6103(b)), one on a Sunday on the Monday after (Executive Order 11582, section 3). Juneteenth
-- is one since 17 June 2021 (Public Law 117-17).
create table business_days (
  day text primary key
) strict, without rowid;

insert into business_days
with recursive
  julian(n) as (select 2454833 union all select n + 1 from julian where n < 2469808), -- 2009-01-01 to 2049-12-31
  weekdays as materialized (select date(n) as day, (n + 1) % 7 as weekday from julian where (n + 1) % 7 between 1 and 5),
  parts as (
    select day, weekday, substr(day, 6) as month_day, cast(substr(day, 6, 2) as integer) as month, cast(substr(day, 9) as integer) as of_month
    from weekdays
  )
select day from parts where not (
  month_day in ('01-01', '07-04', '11-11', '12-25')
  or weekday = 1 and month_day in ('01-02', '07-05', '11-12', '12-26')
  or weekday = 5 and month_day in ('12-31', '07-03', '11-10', '12-24')
  or day > '2021-06-17' and (month_day = '06-19' or weekday = 1 and month_day = '06-20' or weekday = 5 and month_day = '06-18')
  or weekday = 1 and (
    month in (1, 2) and of_month between 15 and 21  -- birthday of Martin Luther King, Jr., and Washington's
    or month = 5 and of_month >= 25                 -- Memorial Day
    or month = 9 and of_month <= 7                  -- Labor Day
    or month = 10 and of_month between 8 and 14     -- Columbus Day
  )
  or weekday = 4 and month = 11 and of_month between 22 and 28 -- Thanksgiving Day
);

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
