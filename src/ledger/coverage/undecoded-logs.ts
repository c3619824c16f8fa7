import { all, type Db, run } from '../database.ts'

/** Logs of one kind that no decoder knows, and that name own addresses. */
export interface UndecodedNote {
  /** Empty, both: the kinds that were not told apart, where a block has too many. */
  contract: string
  /** Empty: logs without topics. */
  topic: string
  logs: number
}

/** The same, of all blocks. */
export interface UndecodedKind extends UndecodedNote {
  blocks: number
  from: number
  to: number
}

/** Writes what a reading of a block counted, in place of what an earlier one did. Inside a transaction. */
export function noteUndecoded(db: Db, chain: string, height: number, counts: readonly UndecodedNote[]): void {
  run(db, 'delete from undecoded_logs where chain = ? and block_height = ?', chain, height)
  for (const { contract, topic, logs } of counts)
    run(
      db,
      'insert into undecoded_logs (chain, block_height, contract, topic, logs) values (?, ?, ?, ?, ?)',
      ...[chain, height, contract, topic, logs],
    )
}

/** Takes back what was counted above a height, when it was reorged out. Inside a transaction. */
export function forgetUndecodedAbove(db: Db, chain: string, height: number): void {
  run(db, 'delete from undecoded_logs where chain = ? and block_height > ?', chain, height)
}

/** Most frequent first. */
export function undecodedKinds(db: Db, chain: string): UndecodedKind[] {
  return all<UndecodedKind>(
    db,
    `select contract, topic, logs, blocks, from_height as "from", to_height as "to" from undecoded_kinds
     where chain = ? order by logs desc, contract, topic`,
    chain,
  )
}
