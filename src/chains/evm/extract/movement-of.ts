import type { RpcLog } from '../types.ts'
import type { Movement, RestatedMovement } from './movement.ts'

/** What was read of a log; amount `null`: it could not be read. */
type Read = Pick<Movement, 'asset' | 'from' | 'to'> & {
  id?: string
  amount: bigint | null
  operator?: string
}

/**
 * A movement from what was read of a log.
 *
 * @param index the log's position in its receipt.
 */
export function movementOf(log: RpcLog, index: number, read: Read): Movement {
  return {
    id: read.id ?? `log:${index}`,
    log: index,
    asset: read.asset,
    token: log.address,
    from: read.from,
    to: read.to,
    operator: read.operator ?? null,
    amount: read.amount ?? 0n,
    malformed: read.amount === null,
    restates: null,
    beyond: [],
  }
}

/** A movement by an event that many contracts write beside a `Transfer` which says the same: that one counts then. */
export function restatingOf(
  log: RpcLog,
  index: number,
  read: Read,
  besides: { received?: RestatedMovement; sent?: RestatedMovement } = {},
): Movement {
  const movement = movementOf(log, index, read)
  const { received = movement, sent = movement } = besides
  return { ...movement, restates: { event: log.topics[0] ?? '', received, sent } }
}
