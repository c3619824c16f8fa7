import type { RpcLog } from '../types.ts'
import type { Movement } from './movement.ts'

/** A movement from what was read of a log; amount `null`: it could not be read. */
export function movementOf(
  log: RpcLog,
  read: Pick<Movement, 'id' | 'asset' | 'from' | 'to'> & { amount: bigint | null; operator?: string },
): Movement {
  return {
    id: read.id,
    asset: read.asset,
    token: log.address,
    from: read.from,
    to: read.to,
    operator: read.operator ?? null,
    amount: read.amount ?? 0n,
    malformed: read.amount === null,
  }
}
