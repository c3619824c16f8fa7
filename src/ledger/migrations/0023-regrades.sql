-- What the config says of assets decides how alerts are graded. The ledger knows what it last said, so that a token that is
-- named later grades what stands anew.

-- One row per asset that a chain's config names or named. symbol null: no longer named.
create table known_assets (
  chain text not null,
  asset text not null,                -- `native`, or the contract, lower-case with 0x
  symbol text,
  decimals integer,
  wrapped integer not null default 0, -- 1: wraps the native coin
  primary key (chain, asset)
) strict, without rowid;

-- Work that a changed name makes: stored transfers first, then the alerts that stand.
create table regrades (
  id integer primary key,
  chain text not null,
  assets text,                        -- JSON array of `known_assets.asset`; null = all, since it was not known what they were called
  transfers_to integer not null,      -- the last row of transfers when it was written down: later ones were read with the new names
  state text not null check (state in ('pending', 'done')),
  position text,                      -- JSON: how far it has come; null = not begun, or done
  transfers integer not null default 0, -- rows of transfers that are called otherwise
  regraded integer not null default 0,  -- `regraded` events it wrote
  created integer not null default 0,   -- alerts it raised: transfers of unknown assets that one alert stood for
  added_at text not null,
  started_at text,
  finished_at text
) strict;

create index regrades_pending on regrades (id) where state = 'pending';

alter table alerts add column decimals integer; -- of `amount`, where known

update alerts set decimals = iif(exists (select 1 from chains c where c.id = alerts.chain and c.caip2 like 'bip122:%'), 8, 18)
where asset = 'native' and chain in (select id from chains);

drop view alerts_current;

-- current_*: the grade by the last `regraded` of an asset. Whatever brings an alert back into a block grades the row itself.
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
left join list_entries e on e.list_id = a.list_id and e.key = k.entry_key
left join own_addresses o on o.key = k.own_key and o.chain = (
  select chain from own_addresses where key = k.own_key and (a.chain is null or chain in ('', a.chain))
  order by removed_at is not null, chain desc limit 1
);
