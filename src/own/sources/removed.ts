/** Why a row of a source is not taken, although it is an address. */
export const removedReason =
  'its address was removed with `own remove`, and only `own add` makes it own again; take it out of the source'
