-- What an auditor asks of a block: which version of each list was in force, which file that was, and when it was screened. And the
-- reports that were sent to the regulator.

-- Which version of a list was in force from which list revision on. Append-only.
create table list_activations (
  seq integer primary key autoincrement,
  list_id text not null,
  snapshot_id integer not null,  -- list_snapshots.id
  revision integer not null,     -- the list revision from which it was in force
  at text not null,
  recorded integer not null check (recorded in (0, 1)) -- 0: from before this table, made of the last activation of each version
) strict;

create index list_activations_by_list on list_activations (list_id, revision);

insert into list_activations (list_id, snapshot_id, revision, at, recorded)
select list_id, id, revision, activated_at, 0 from list_snapshots
where revision is not null and activated_at is not null order by revision, activated_at, id;

create trigger list_activations_keep before delete on list_activations begin
  select raise(abort, 'list_activations is append-only');
end;

create trigger list_activations_fixed before update on list_activations begin
  select raise(abort, 'list_activations is append-only');
end;

-- SHA-256 of the file as it was downloaded or brought, packed or not. Null: made of deltas, or of before this column.
alter table list_snapshots add column file_sha256 text;

-- When its first block was screened; null where an earlier version did not record it.
alter table coverage add column started_at text;

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
    when d.kind in ('blocked', 'rejected') and r.seq > d.seq then null
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
  -- The last report that was sent to the regulator.
  r.data ->> '$.on' as filed_on,
  r.actor as filed_by,
  r.data ->> '$.reference' as filed_reference,
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
  select 1 from alert_events l where l.alert_id = a.id and l.kind = 'listed-again' and l.seq > d.seq
))
-- A proposal lapses where the version moved since.
left join alert_events p on p.seq = (
  select max(seq) from alert_events where alert_id = a.id and kind = 'proposed'
) and not exists (select 1 from alert_versions v where v.alert_id = a.id and v.seq > p.seq)
left join alert_events s on s.seq = (
  select max(seq) from alert_events where alert_id = a.id and kind = 'assigned'
)
left join alert_events r on r.seq = (
  select max(seq) from alert_events where alert_id = a.id and kind = 'filed'
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
