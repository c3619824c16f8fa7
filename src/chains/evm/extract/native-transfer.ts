import { evmKey } from '../../../address/key.ts'
import type { Tag } from '../../../screening/level.ts'
import type { Transfer } from '../../../screening/types.ts'
import { named } from './named.ts'
import type { NativeMovement } from './native.ts'
import type { Surroundings } from './surroundings.ts'

/** The transfer of native value, with its parties, or `null` where it is not between the exchange and others. */
export function nativeTransfer(movement: NativeMovement, around: Surroundings): Transfer | null {
  const { from, to, amount, frame, doubtful } = movement
  const { isOwn } = around
  const deposit = isOwn(to)
  if (isOwn(from) === deposit) return null
  const tags: Tag[] = []
  if (amount === 0n) tags.push('zero-value')
  if (doubtful) tags.push('doubtful')
  const way = frame === null ? around.called : around.ways.to(frame)
  return {
    id: movement.id(),
    direction: deposit ? 'deposit' : 'withdrawal',
    asset: 'native',
    symbol: around.chain.nativeSymbol,
    amount,
    own: evmKey(deposit ? to : from),
    parties: [
      deposit ? { key: evmKey(from), role: 'source' } : { key: evmKey(to), role: 'destination' },
      ...named('intermediary', way, (address) => address !== from && address !== to && !isOwn(address)),
      ...named(deposit ? 'upstream' : 'onward', around.trails.of(movement)),
    ],
    tags,
  }
}
