-- An earlier program checked only the subject of a list's entry for words on nationality, birth or documents, and the label of a
-- TagPack. Its currencies, programs and unreadable texts are checked too now: what such a text says is taken out, the others of the
-- same address stay. Of lists that a user or many people write: csv, TagPacks, OpenSanctions.
-- `pages_to_forget` in `meta`: the freed pages have to be written anew (src/ledger/migrate.ts).

create table written_lists (number integer primary key, list_id text not null) strict;

insert into written_lists
select n.number, n.list_id from list_numbers n
where exists (
  select 1 from list_snapshots s where s.list_id = n.list_id and s.format in ('csv', 'tagpack', 'opensanctions')
);

insert into meta (key, value)
select 'pages_to_forget', '1' where exists (
  select 1 from entry_versions v, json_each('[' || ifnull(v.assets, '[]') || ',' || ifnull(v.programs, '[]') || ']') pair, json_each(pair.value) text
  where v.list in (select number from written_lists) and tells_of_person(text.value)
) or exists (
  select 1 from snapshot_changes c, json_each('[' || ifnull(c.assets, '[]') || ',' || ifnull(c.programs, '[]') || ']') pair, json_each(pair.value) text
  where c.list in (select number from written_lists) and tells_of_person(text.value)
) or exists (
  select 1 from list_unparsed u
  where u.list_id in (select list_id from written_lists) and (tells_of_person(u.raw) or tells_of_person(ifnull(u.asset, '')))
) or exists (
  select 1 from alerts a, json_each(a.programs) text
  where a.list_id in (select list_id from written_lists) and tells_of_person(text.value)
) or exists (
  select 1 from alert_events e join alerts a on a.id = e.alert_id, json_each(e.data, '$.programs') text
  where e.kind in ('listed-again', 'regraded') and a.list_id in (select list_id from written_lists) and tells_of_person(text.value)
) on conflict do nothing;

update entry_versions
set assets = (select nullif(json_group_array(value), '[]') from json_each(assets) where not tells_of_person(value))
where list in (select number from written_lists)
  and exists (select 1 from json_each(ifnull(assets, '[]')) where tells_of_person(value));

update entry_versions
set programs = (select nullif(json_group_array(value), '[]') from json_each(programs) where not tells_of_person(value))
where list in (select number from written_lists)
  and exists (select 1 from json_each(ifnull(programs, '[]')) where tells_of_person(value));

update snapshot_changes
set assets = (select nullif(json_group_array(value), '[]') from json_each(assets) where not tells_of_person(value))
where list in (select number from written_lists)
  and exists (select 1 from json_each(ifnull(assets, '[]')) where tells_of_person(value));

update snapshot_changes
set programs = (select nullif(json_group_array(value), '[]') from json_each(programs) where not tells_of_person(value))
where list in (select number from written_lists)
  and exists (select 1 from json_each(ifnull(programs, '[]')) where tells_of_person(value));

-- The row stays, with its place in the file: something there could not be read.
update list_unparsed
set raw = iif(tells_of_person(raw), 'left out, since it tells of a person (' || rowid || ')', raw),
  asset = iif(tells_of_person(ifnull(asset, '')), null, asset)
where list_id in (select list_id from written_lists) and (tells_of_person(raw) or tells_of_person(ifnull(asset, '')));

update alerts
set programs = (select json_group_array(value) from json_each(programs) where not tells_of_person(value))
where list_id in (select list_id from written_lists) and exists (select 1 from json_each(programs) where tells_of_person(value));

drop trigger alert_events_fixed;

update alert_events
set data = json_set(
  data, '$.programs', (select json_group_array(value) from json_each(data, '$.programs') where not tells_of_person(value))
)
where kind in ('listed-again', 'regraded')
  and exists (select 1 from json_each(data, '$.programs') where tells_of_person(value))
  and alert_id in (select id from alerts where list_id in (select list_id from written_lists));

create trigger alert_events_fixed before update on alert_events begin
  select raise(abort, 'alert_events is append-only');
end;

drop table written_lists;
