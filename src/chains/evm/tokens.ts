/** A token the operator of this program knows and named in the config (`chains[].tokens`). */
export interface KnownToken {
  address: `0x${string}`
  symbol: string
  decimals?: number | undefined
  /** Wraps the native coin and writes `Deposit` and `Withdrawal` instead of `Transfer` (WETH9 and its copies). */
  wrapped?: boolean | undefined
}

/** The known tokens of one chain by lower-case address. */
export type TokenTable = ReadonlyMap<string, KnownToken>

export function tokenTable(tokens: readonly KnownToken[]): TokenTable {
  return new Map(tokens.map((token) => [token.address.toLowerCase(), token]))
}
