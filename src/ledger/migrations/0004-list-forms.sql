-- The keys of all lists as an index that is only ever added to, so that a list that changes makes nobody read it again;
-- and what was not screened, once it was.

-- A row for each key that a version of a list ever named and each form of it by which a party may meet it
-- (src/address/index-forms.ts). Written before the entry: a form leads to entries that are there, and to none before.
create table list_forms (
  id integer primary key,        -- grows: whoever has read up to one has all before it
  form text not null,
  key text not null
) strict;

create unique index list_forms_by_form on list_forms (form, key);

insert into list_forms (form, key)
select f.value, k.key
from (select key from list_entries union select key from snapshot_entries) k, json_each(index_forms(k.key)) f;

-- A later reading may screen what an earlier one could not.
alter table unscreened add column closed_at text; -- null = a gap
alter table unscreened add column closed_by integer; -- the row of coverage that says so
