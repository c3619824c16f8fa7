-- The keys of all lists as an index that is only ever added to, so that a list that changes makes nobody read it again;
-- and what was not screened, once it was.

-- The forms by which a party may meet a key that a version of a list names (src/address/index-forms.ts): the key itself,
-- and what can't be told from the form. Written before the entry, and never taken back: a form leads to entries that are
-- there, or to none.
create table list_forms (
  id integer primary key,        -- grows: whoever has read up to one has all before it
  form text not null,
  key text                       -- the listed key; null = the form is the key
) strict;

create unique index list_forms_by_form on list_forms (form, ifnull(key, ''));

insert into list_forms (form, key)
select f.value, nullif(k.key, f.value)
from (select key from list_entries union select key from snapshot_entries) k, json_each(index_forms(k.key)) f;

-- A later reading may screen what an earlier one could not.
alter table unscreened add column closed_at text; -- null = a gap
alter table unscreened add column closed_by integer; -- the row of coverage that says so

create index unscreened_open on unscreened (chain, to_height) where closed_at is null;
