-- One text may stand in one place under two assets, and be unreadable as either: both are rows. The asset may be null,
-- so that no primary key can hold it.
create table new_list_unparsed (
  list_id text not null,
  snapshot text not null,        -- SHA-256
  parser integer not null,       -- as in list_snapshots
  location text not null,        -- where in the file
  raw text not null,
  asset text,
  reason text not null
) strict;

insert into new_list_unparsed select list_id, snapshot, parser, location, raw, asset, reason from list_unparsed;
drop table list_unparsed;
alter table new_list_unparsed rename to list_unparsed;

create unique index list_unparsed_once
  on list_unparsed (list_id, snapshot, parser, location, raw, coalesce(asset, ''));
