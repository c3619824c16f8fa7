-- Call traces that a node was expected to serve, and did not: all null while they are read, or are not wanted.
alter table chains add column traces_away_since text;     -- UTC ISO-8601: when the first block was screened without
alter table chains add column traces_away_height integer; -- that block
alter table chains add column traces_away_reason text;    -- of the last one
