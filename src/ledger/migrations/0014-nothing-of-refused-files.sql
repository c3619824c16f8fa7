-- What was said of a rejected file quoted it: dates of birth, nationalities and passports stood in `list_checks` and
-- `list_snapshots`. That is taken out, and what could not be read of a list where it tells of a person.
-- `pages_to_forget` in `meta`: the freed pages have to be written anew (src/ledger/migrate.ts). `rejected_to_sweep`: the kept files of
-- what was rejected have to be looked through (src/lists/sweep-rejected.ts).

insert into meta (key, value)
select 'pages_to_forget', '1' where exists (select 1 from list_checks where outcome = 'rejected')
  or exists (select 1 from list_snapshots where state = 'rejected')
  or exists (select 1 from list_unparsed where tells_of_person(raw) or reason like 'so many parts%');

insert into meta (key, value)
select 'rejected_to_sweep', '1' where exists (select 1 from list_snapshots where state = 'rejected');

drop trigger list_checks_fixed;

-- What is read from a chain has no file: the comparison with a contract quotes nothing.
update list_checks set detail = 'rejected by an earlier version of chainscreen, which quoted the file: what it said was taken out'
where outcome = 'rejected' and list_id not in (select id from lists where format = 'token-blacklist');

create trigger list_checks_fixed before update on list_checks begin
  select raise(abort, 'list_checks is append-only');
end;

update list_snapshots set reason = 'rejected by an earlier version of chainscreen, which quoted the file: what it said was taken out'
where reason is not null and (state = 'rejected' or state = 'staging');

-- With the row's number: two texts of one place may be equally long.
update list_unparsed set raw = '(' || length(raw) || ' characters, row ' || rowid || ')'
where tells_of_person(raw) or reason like 'so many parts%';
