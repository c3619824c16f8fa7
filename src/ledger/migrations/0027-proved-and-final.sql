-- Whether the blocks of a row were proved against their hashes: 0 with `verify: off`, null where an earlier version did not say.
alter table coverage add column proved integer check (proved in (0, 1));
