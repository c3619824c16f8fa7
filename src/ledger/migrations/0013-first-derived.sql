-- Two branches with the same first address derive the same addresses: what one is known to have used, the other has, too.
create index own_derived_first on own_derived (descriptor_id, branch) where position = 0;
