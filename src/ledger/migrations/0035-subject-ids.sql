-- The ids of the listed parties, as the publisher has them: OFAC's `27307`, the EU's `EU.1.1`. JSON arrays, in the order of `subject`.
-- What was stored before has none until its list is parsed again, which the daemon does with the archived file at its next start.

alter table entry_versions add column subject_ids text;   -- null = none
alter table snapshot_changes add column subject_ids text; -- null = none
alter table alerts add column subject_ids text not null default '[]';

drop view list_entries;
drop view list_intervals;
drop view list_rows_now;
drop view list_rows;
drop view snapshot_entries;

create view list_rows as
select n.list_id, k.key, v.load, substr(k.key, 1, instr(k.key, ':') - 1) as family,
  coalesce(v.address, k.address, '0x' || substr(k.key, instr(k.key, ':') + 1)) as address,
  ifnull(v.assets, '[]') as assets, v.subject, ifnull(v.subject_ids, '[]') as subject_ids, ifnull(v.programs, '[]') as programs,
  v.listed_on, v.first_seen, v.removed_on,
  ifnull(v.intervals, json_array(json_object('from', v.first_seen, 'to', v.removed_on))) as intervals
from entry_versions v join list_numbers n on n.number = v.list join list_keys k on k.id = v.key and k.variant_of is null;

-- The highest version of an entry that counts is the entry.
create view list_rows_now as
select n.list_id, k.key, v.load, substr(k.key, 1, instr(k.key, ':') - 1) as family,
  coalesce(v.address, k.address, '0x' || substr(k.key, instr(k.key, ':') + 1)) as address,
  ifnull(v.assets, '[]') as assets, v.subject, ifnull(v.subject_ids, '[]') as subject_ids, ifnull(v.programs, '[]') as programs,
  v.listed_on, v.first_seen, v.removed_on,
  ifnull(v.intervals, json_array(json_object('from', v.first_seen, 'to', v.removed_on))) as intervals
from entry_versions v join list_numbers n on n.number = v.list join list_keys k on k.id = v.key and k.variant_of is null
where v.load = (
  select w.load from entry_versions w
  where w.list = v.list and w.key = v.key and (select state from rescreens where id = w.load) is not 'staging'
  order by w.load desc limit 1
);

create view list_entries as
select list_id, key, family, address, assets, subject, subject_ids, programs, listed_on, first_seen, removed_on from list_rows_now;

create view list_intervals as
select r.list_id, r.key, i.value ->> 'from' as "from", i.value ->> 'to' as "to"
from list_rows_now r cross join json_each(r.intervals) i;

create view snapshot_entries as
select s.id as snapshot_id, k.key,
  coalesce(c.address, k.address, '0x' || substr(k.key, instr(k.key, ':') + 1)) as address,
  ifnull(c.assets, '[]') as assets, c.subject, ifnull(c.subject_ids, '[]') as subject_ids, ifnull(c.programs, '[]') as programs,
  c.listed_on, c.published_by, c.removed_on
from list_snapshots s
join list_numbers n on n.list_id = s.list_id
join snapshot_changes c on c.list = n.number
join list_keys k on k.id = c.key and k.variant_of is null
where s.state != 'rejected' and c.gone is null and c.snapshot = (
  select max(l.snapshot) from snapshot_changes l where l.list = c.list and l.key = c.key and l.snapshot <= s.id
);

-- An earlier program named a wallet that can't be read by OpenSanctions' id, which may be made of the number of a document
-- (`ru-inn-…`). The archived file is parsed again, and then says which line it is.
-- `pages_to_forget` in `meta`: the freed pages have to be written anew (src/ledger/migrate.ts).

insert into meta (key, value)
select 'pages_to_forget', '1' where exists (
  select 1 from list_unparsed
  where location like 'CryptoWallet %' and list_id in (select list_id from list_snapshots where format = 'opensanctions')
) on conflict do nothing;

update list_unparsed set location = 'CryptoWallet (row ' || rowid || ')'
where location like 'CryptoWallet %' and list_id in (select list_id from list_snapshots where format = 'opensanctions');
