import { evmKey } from '../../../address/key.ts'
import type { OwnLookup, ScreenableTx, Transfer } from '../../../screening/types.ts'
import type { Unscreened } from '../../source.ts'
import type { RpcTransaction } from '../types.ts'
import { nowhere } from '../unreadable.ts'
import { callPathsOf, tokenCallOf } from './call-paths.ts'
import {
  asParties,
  type EvmChain,
  type IsOwn,
  ownCheck,
  type ReadTransaction,
  type TransactionContext,
} from './context.ts'
import { decodeLog } from './decode-log.ts'
import { fundFlow } from './fund-flow.ts'
import { type Moved, type Movement, withoutRestated } from './movement.ts'
import { isNativeLog, mintTransfer, nativeMovements, nativeTransfer, readNativeLog } from './native.ts'
import { tokenTransfer } from './token.ts'
import { logTouches } from './touches.ts'
import {
  ofOwn,
  ofTransaction,
  type UndecodedLimits,
  type UndecodedLog,
  type UndecodedNeeds,
  undecodedLog,
  undecodedTransfers,
} from './undecoded.ts'

/** What of a transaction is no transfer, and has to be told all the same. */
export interface TransactionNotes {
  /** The logs that no decoder knows, and that name own addresses. */
  undecoded: UndecodedLog[]
  unscreened: Unscreened[]
  /** What would have to be kept of these logs. */
  needs: UndecodedNeeds
}

export function newNotes(): TransactionNotes {
  return { undecoded: [], unscreened: [], needs: { transfers: 0, parties: 0 } }
}

/**
 * What the exchange and others moved in one transaction, or `null` where nothing is between them.
 *
 * @param notes what was found beside it is added there.
 * @param limits what is kept of its undecoded logs, where its block has too much of them.
 */
export function extractTransaction(
  one: ReadTransaction,
  own: OwnLookup,
  chain: EvmChain,
  notes: TransactionNotes = newNotes(),
  limits?: UndecodedLimits,
): ScreenableTx | null {
  const isOwn = ownCheck(own)
  const minted = mintTransfer(one.tx, isOwn, chain.nativeSymbol)
  const found = one.succeeded ? successfulTransfers(one, own, isOwn, chain, notes, limits) : nothing
  const transfers = minted === null ? found.transfers : [minted, ...found.transfers]
  if (transfers.length === 0) return null
  return { ...found, hash: one.tx.hash, transfers, ownSigned: isOwn(one.tx.from) }
}

type Found = Pick<ScreenableTx, 'transfers' | 'parties' | 'beyond'>

const nothing: Found = { transfers: [], parties: [] }

function successfulTransfers(
  one: ReadTransaction,
  own: OwnLookup,
  isOwn: IsOwn,
  chain: EvmChain,
  notes: TransactionNotes,
  limits: UndecodedLimits = isOwn(one.tx.from) ? ofOwn : ofTransaction,
): Found {
  const { tx, receipt, frames } = one
  const native = nativeMovements(one, chain)
  const { movements, undecoded } = readLogs(one, own, isOwn, chain)
  const tokens = withoutRestated(movements, isOwn)
  const called = tx.to ?? receipt.contractAddress
  const context: TransactionContext = {
    one,
    chain,
    isOwn,
    flow: fundFlow([...native, ...tokens], isOwn, chain.tokens),
    callPaths: callPathsOf(frames, [
      ...native.filter((movement) => isOurs(movement, isOwn)).flatMap(({ frame }) => frame ?? []),
      ...tokenCalls(one, tokens, isOwn),
    ]),
    called: called === null || called === undefined ? [] : [called],
  }
  const unknown = undecodedTransfers(undecoded, context, limits)
  for (const each of undecoded) notes.undecoded.push(each)
  notes.needs = unknown.needs
  const { beyond } = unknown
  if (beyond.length > 0) notes.unscreened.push(leftOut(tx.hash, beyond.length))
  if (unknown.merged > 0) notes.unscreened.push(merged(tx.hash, unknown.merged))
  const transfers = [
    ...native.flatMap((movement) => nativeTransfer(movement, context) ?? []),
    ...tokens.flatMap((movement) => tokenTransfer(movement, context) ?? []),
    ...unknown.transfers,
  ]
  const parties = [...initiator(tx, transfers, isOwn), ...sharedParties(context), ...unknown.parties]
  return { transfers, parties, ...(beyond.length > 0 && { beyond }) }
}

/** What the logs of a transaction tell, and those of which nothing is understood. */
function readLogs(
  { receipt }: ReadTransaction,
  own: OwnLookup,
  isOwn: IsOwn,
  { definition }: EvmChain,
): { movements: Movement[]; undecoded: UndecodedLog[] } {
  const movements: Movement[] = []
  const undecoded: UndecodedLog[] = []
  for (const [index, log] of receipt.logs.entries()) {
    // What moves the native coin is read as such, from traces where there are some.
    const isNative = isNativeLog(log, definition)
    if (isNative && readNativeLog(log) !== null) continue
    const decoded = isNative ? null : decodeLog(log, index)
    // Not as arguments of one push: a batch may hold more than a call takes.
    if (decoded !== null) for (const movement of decoded) movements.push(movement)
    else if (logTouches(log, own)) {
      const found = undecodedLog(log, index, isOwn)
      if (found !== null) undecoded.push(found)
    }
  }
  return { movements, undecoded }
}

function leftOut(txHash: string, left: number): Unscreened {
  const reason = `its undecoded logs name ${left} addresses beyond the limit: compared with the lists of now, not stored for later ones`
  return { what: 'undecoded-logs', reason, txHash }
}

function merged(txHash: string, own: number): Unscreened {
  const reason = `its undecoded logs are one transfer: ${own} own addresses that they name have none of their own`
  return { what: 'undecoded-logs', reason, txHash }
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
  if (isOwn(tx.from) || tx.from === nowhere) return []
  const key = evmKey(tx.from)
  const isCounterparty = (transfer: Transfer) =>
    transfer.parties.some(
      ({ key: party, role }) => party === key && (role === 'source' || role === 'destination'),
    )
  return transfers.every(isCounterparty) ? [] : [{ key, role: 'initiator' }]
}

/** Parties that too large a transaction names once for all its transfers. */
function sharedParties({ flow: { whole }, callPaths, isOwn }: TransactionContext): ScreenableTx['parties'] {
  const upstream = asParties('upstream', whole?.upstream ?? [])
  const onward = asParties('onward', whole?.onward ?? [])
  return [
    ...asParties('intermediary', callPaths.whole ?? [], (address) => !isOwn(address)),
    ...upstream.map((party) => ({ ...party, direction: 'deposit' as const })),
    ...onward.map((party) => ({ ...party, direction: 'withdrawal' as const })),
  ]
}
