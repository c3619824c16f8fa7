-- Whether the blocks of a row were proved against their hashes: 0 with `verify: off`, null where an earlier version did not say.
alter table coverage add column proved integer check (proved in (0, 1));

-- The `finality` that a chain was last followed with: what a change of it means for stored alerts is told. Null, both: not known.
alter table chains add column finality_depth integer;
alter table chains add column finality_tag text;
