-- The highest block that was read and followed on the ones before, also where a reorg took it back since: what is final counts from it.
-- A rewind lowers it.
alter table chains add column followed_height integer;
update chains set followed_height = cursor_height;
