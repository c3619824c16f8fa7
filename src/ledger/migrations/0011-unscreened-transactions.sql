-- What of one transaction was not understood is a gap of that one alone, and no reason to doubt its block.
alter table unscreened add column tx_hash text; -- null = the blocks as a whole

create index unscreened_by_tx on unscreened (tx_hash) where tx_hash is not null;
