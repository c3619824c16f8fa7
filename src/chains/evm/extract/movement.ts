/** What fund flows follow: any movement of any asset. */
export interface Moved {
  /** As in the alert table: `native`, `erc20:0x…`, `erc721:0x…:ID`, `erc1155:0x…:ID`, `erc6909:0x…:ID`. */
  asset: string
  from: string | null
  to: string | null
  amount: bigint
}

/** What one log says was moved: before anything is asked about whose the addresses are. Addresses are lower-case. */
export interface Movement extends Moved {
  /** `log:2`, or `log:2:0` within a batch: the position in the receipt's own logs. */
  id: string
  /** The log's position in its receipt. */
  log: number
  /** The contract that wrote the log. */
  token: string
  /** `null`: native coin became tokens (WETH deposit). */
  from: string | null
  /** `null`: tokens became native coin (WETH withdrawal). */
  to: string | null
  /** Who moved it, where the log itself says so (ERC-1155). */
  operator: string | null
  /** Zero also where the data can't be read. */
  amount: bigint
  /** The event is that of a token, and its data is not: kept with amount zero, and tagged. */
  malformed: boolean
  /** Other movements, one of which says the same where the contract writes it too; `null` for the plain `Transfer`. */
  restates: Restated | null
  /** Who else had the value before its sender, or gets it after its receiver, as a restated event says. */
  beyond: readonly string[]
}

/** The movement that says the same as another event, by the side on which an own address stands. */
export interface Restated {
  /** First topic of the event that restates it: each kind restates a movement once. */
  event: string
  /** Where the receiver is own, and where the sender is. */
  received: RestatedMovement
  sent: RestatedMovement
}

/** `asset` null: whatever asset it is of. */
export interface RestatedMovement extends Omit<Moved, 'asset'> {
  asset: string | null
}
