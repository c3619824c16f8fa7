-- A list that was taken out of force by hand.

alter table lists add column removed_at text; -- null: it was not, or was loaded again since

-- Who took it out, when and why. Append-only.
create table list_removals (
  id integer primary key,
  list_id text not null,
  at text not null,
  actor text not null,
  note text,
  entries integer not null,  -- that were in force
  revision integer not null  -- the list revision that ended them
) strict;

create index list_removals_by_list on list_removals (list_id);

create trigger list_removals_keep before delete on list_removals begin
  select raise(abort, 'list_removals is append-only');
end;

create trigger list_removals_fixed before update on list_removals begin
  select raise(abort, 'list_removals is append-only');
end;
