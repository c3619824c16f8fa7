-- An earlier program took subjects and programs of lists that a user wrote, also where they tell of nationality, birth or
-- documents (`John, DOB 1 Jan 1970`). Today's refuses such a row of a csv, and leaves out such a label of a TagPack. What stands
-- of them is taken out; the address stays listed. Names that an authority published stay.
-- `pages_to_forget` in `meta`: the freed pages have to be written anew (src/ledger/migrate.ts).

create table written_lists (number integer primary key, list_id text not null) strict;

insert into written_lists
select n.number, n.list_id from list_numbers n
where exists (select 1 from list_snapshots s where s.list_id = n.list_id and s.format in ('csv', 'tagpack'));

insert into meta (key, value)
select 'pages_to_forget', '1' where exists (
  select 1 from entry_versions v
  where v.list in (select number from written_lists)
    and (tells_of_person(ifnull(v.subject, '')) or tells_of_person(ifnull(v.programs, '')))
) or exists (
  select 1 from snapshot_changes c
  where c.list in (select number from written_lists)
    and (tells_of_person(ifnull(c.subject, '')) or tells_of_person(ifnull(c.programs, '')))
) or exists (
  select 1 from alerts a
  where a.list_id in (select list_id from written_lists)
    and (tells_of_person(ifnull(a.subject, '')) or tells_of_person(a.programs))
) on conflict do nothing;

update entry_versions set subject = null
where list in (select number from written_lists) and subject is not null and tells_of_person(subject);

update entry_versions set programs = null
where list in (select number from written_lists) and programs is not null and tells_of_person(programs);

update snapshot_changes set subject = null
where list in (select number from written_lists) and subject is not null and tells_of_person(subject);

update snapshot_changes set programs = null
where list in (select number from written_lists) and programs is not null and tells_of_person(programs);

update alerts set subject = null
where list_id in (select list_id from written_lists) and subject is not null and tells_of_person(subject);

update alerts set programs = '[]'
where list_id in (select list_id from written_lists) and tells_of_person(programs);

drop trigger alert_events_fixed;

-- An alert is told the subject of its entry where it is listed again, or another party's.
update alert_events set data = json_set(data, '$.subject', null)
where kind in ('listed-again', 'regraded') and tells_of_person(ifnull(data ->> '$.subject', ''))
  and alert_id in (select id from alerts where list_id in (select list_id from written_lists));

update alert_events set data = json_set(data, '$.programs', json('[]'))
where kind in ('listed-again', 'regraded') and tells_of_person(ifnull(data ->> '$.programs', ''))
  and alert_id in (select id from alerts where list_id in (select list_id from written_lists));

create trigger alert_events_fixed before update on alert_events begin
  select raise(abort, 'alert_events is append-only');
end;

drop table written_lists;
