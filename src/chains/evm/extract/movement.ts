import type { RpcLog } from '../types.ts'
import type { IsOwn } from './context.ts'

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
interface Restated {
  /** First topic of the event that restates it: each kind restates a movement once. */
  event: string
  /** Where the receiver is own, and where the sender is. */
  received: RestatedMovement
  sent: RestatedMovement
}

/** `asset` null: whatever asset it is of. */
interface RestatedMovement extends Omit<Moved, 'asset'> {
  asset: string | null
}

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

const zero = `0x${'0'.repeat(40)}`

/**
 * Counts once what contracts report twice. Many events stand beside a `Transfer` that says the same: ERC-777's, ERC-223's, those
 * of vaults, and the `Deposit` and `Withdrawal` of some wrapped coins (WETH9 writes these alone, its copies on some chains
 * both). The `Transfer` counts, and takes over whom only the other event names.
 */
export function withoutRestated(movements: readonly Movement[], isOwn: IsOwn): readonly Movement[] {
  const mayCountTwice = movements.some(
    ({ restates, from, to }) =>
      restates !== null && ((from !== null && isOwn(from)) || (to !== null && isOwn(to))),
  )
  // A fund flow has a movement that is reported twice only once, too.
  if (!mayCountTwice) return movements
  const plain = new Map<string, number[]>()
  for (const [index, movement] of movements.entries()) {
    if (movement.restates !== null) continue
    for (const id of [idOf(movement), idOf({ ...movement, asset: null })]) {
      const places = plain.get(id)
      if (places === undefined) plain.set(id, [index])
      else places.push(index)
    }
  }
  const result: (Movement | null)[] = [...movements]
  // How many movements of an id an event of each kind has restated already.
  const restated = new Map<string, number>()
  for (const [index, movement] of movements.entries()) {
    const { restates, to } = movement
    if (restates === null) continue
    const id = idOf(to !== null && isOwn(to) ? restates.received : restates.sent)
    const kind = `${restates.event} ${id}`
    const before = restated.get(kind) ?? 0
    const place = plain.get(id)?.[before]
    const transfer = place === undefined ? null : result[place]
    if (place === undefined || !transfer) continue
    restated.set(kind, before + 1)
    result[place] = takingOver(transfer, movement, isOwn)
    result[index] = null
  }
  return result.filter((movement) => movement !== null)
}

function takingOver(transfer: Movement, { operator, from, to }: Movement, isOwn: IsOwn): Movement {
  const others = [from, to].filter(
    (address) => address !== null && address !== transfer.from && address !== transfer.to && address !== zero,
  )
  return {
    ...transfer,
    operator: transfer.operator ?? operator,
    beyond: [
      ...transfer.beyond,
      ...others.filter((address) => address !== null && !isOwn(address)),
    ] as string[],
  }
}

/** The same for an event and for the movement that it restates. */
function idOf({ asset, from, to, amount }: RestatedMovement): string {
  return [asset ?? '*', from ?? zero, to ?? zero, amount].join(' ')
}
