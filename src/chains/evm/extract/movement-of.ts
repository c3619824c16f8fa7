import type { RpcLog } from '../types.ts'
import type { Movement } from './movement.ts'

/**
 * A movement from what was read of a log; amount `null`: it could not be read.
 *
 * @param index the log's position in its receipt.
 */
export function movementOf(
  log: RpcLog,
  index: number,
  read: Pick<Movement, 'asset' | 'from' | 'to'> & { id?: string; amount: bigint | null; operator?: string },
): Movement {
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
  }
}
