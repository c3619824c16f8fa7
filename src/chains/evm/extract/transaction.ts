import { evmKey } from '../../../address/key.ts'
import type { OwnLookup } from '../../../screening/own.ts'
import type { Party, ScreenableTx, Transfer } from '../../../screening/types.ts'
import type { RpcTransaction } from '../types.ts'
import type { EvmChain, ReadTransaction } from './context.ts'
import { decodeLog } from './decode-log.ts'
import { type IsOwn, ownCheck } from './is-own.ts'
import { mintTransfer } from './mint.ts'
import type { Moved, Movement } from './movement.ts'
import { named } from './named.ts'
import { nativeMovements } from './native.ts'
import { isNativeLog } from './native-log.ts'
import { nativeTransfer } from './native-transfer.ts'
import type { Surroundings } from './surroundings.ts'
import { tokenTransfer } from './token.ts'
import { tokenCallOf } from './token-call.ts'
import { trails } from './trail.ts'
import { waysOf } from './ways.ts'
import { withoutWrapDoubles } from './wrap-doubles.ts'

/** What the exchange and others moved in one transaction, or `null` where nothing is between them. */
export function extractTransaction(
  one: ReadTransaction,
  own: OwnLookup,
  chain: EvmChain,
): ScreenableTx | null {
  const isOwn = ownCheck(own)
  const minted = mintTransfer(one.tx, isOwn, chain.nativeSymbol)
  const transfers = minted === null ? [] : [minted]
  const parties: Party[] & ScreenableTx['parties'] = []
  if (one.succeeded) {
    const found = successfulTransfers(one, isOwn, chain)
    transfers.push(...found.transfers)
    parties.push(...found.parties)
  }
  if (transfers.length === 0) return null
  return { hash: one.tx.hash, transfers, parties, ownSigned: isOwn(one.tx.from) }
}

function successfulTransfers(
  one: ReadTransaction,
  isOwn: IsOwn,
  chain: EvmChain,
): Pick<ScreenableTx, 'transfers' | 'parties'> {
  const { tx, receipt, frames } = one
  const native = nativeMovements(one, chain)
  const tokens = withoutWrapDoubles(
    receipt.logs.flatMap((log, index) =>
      isNativeLog(log, chain.definition) ? [] : decodeLog(log, index, chain.tokens),
    ),
  )
  const called = tx.to ?? receipt.contractAddress
  const around: Surroundings = {
    one,
    chain,
    isOwn,
    trails: trails([...native, ...tokens], isOwn),
    ways: waysOf(frames, [
      ...native.filter((movement) => isOurs(movement, isOwn)).flatMap(({ frame }) => frame ?? []),
      ...tokenCalls(one, tokens, isOwn),
    ]),
    called: called === null || called === undefined ? [] : [called],
  }
  const transfers = [
    ...native.flatMap((movement) => nativeTransfer(movement, around) ?? []),
    ...tokens.flatMap((movement) => tokenTransfer(movement, around) ?? []),
  ]
  return { transfers, parties: [...initiator(tx, transfers, isOwn), ...sharedParties(around)] }
}

function tokenCalls({ frames }: ReadTransaction, movements: readonly Movement[], isOwn: IsOwn): number[] {
  return movements
    .filter((movement) => isOurs(movement, isOwn))
    .flatMap(({ log, token }) => tokenCallOf(frames, log, token) ?? [])
}

function isOurs({ from, to }: Moved, isOwn: IsOwn): boolean {
  return (from !== null && isOwn(from)) !== (to !== null && isOwn(to))
}

/** `tx.from`, where it is foreign, and more than the counterparty of every transfer. */
function initiator(
  tx: RpcTransaction,
  transfers: readonly Transfer[],
  isOwn: IsOwn,
): ScreenableTx['parties'] {
  if (isOwn(tx.from)) return []
  const key = evmKey(tx.from)
  const isCounterparty = (transfer: Transfer) =>
    transfer.parties.some(
      ({ key: party, role }) => party === key && (role === 'source' || role === 'destination'),
    )
  return transfers.every(isCounterparty) ? [] : [{ key, role: 'initiator' }]
}

/** Parties that too large a transaction names once for all its transfers. */
function sharedParties({ trails: { whole }, ways, isOwn }: Surroundings): ScreenableTx['parties'] {
  const upstream = named('upstream', whole?.upstream ?? [])
  const onward = named('onward', whole?.onward ?? [])
  return [
    ...named('intermediary', ways.whole ?? [], (address) => !isOwn(address)),
    ...upstream.map((party) => ({ ...party, direction: 'deposit' as const })),
    ...onward.map((party) => ({ ...party, direction: 'withdrawal' as const })),
  ]
}
