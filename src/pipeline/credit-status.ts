import type { Key } from '../address/key.ts'
import { type CreditAlert, creditAlerts } from '../ledger/alerts/credit-alerts.ts'
import { readChainState } from '../ledger/blocks/chain.ts'
import { dueOwnAlerts, dueWork } from '../ledger/coverage/due-work.ts'
import { gapsOfTransaction, hasGapOfItsOwn } from '../ledger/coverage/transaction-gaps.ts'
import type { Db } from '../ledger/database.ts'
import { type AskedList, listHealth } from '../ledger/lists/list-health.ts'
import { type FoundTransaction, transactionsByHash } from '../ledger/transfers/transactions-by-hash.ts'

/** See the table of states in docs/api.md. */
export type Credit = 'alerted' | 'pending' | 'unscreened' | 'released' | 'clear'

export interface CreditStatus {
  status: Credit
  /** Why, a sentence each. */
  reasons: string[]
  /** Blocks from the one that has it to the last that is screened, both counted; `null` where none has it. */
  confirmations: number | null
  /** Whether its block is final; says nothing of the status. */
  final: boolean
  /** As they stand in screened blocks: one, unless the same hash stands in several. */
  transactions: FoundTransaction[]
  /** Those that it rests on: also decided ones. */
  alerts: CreditAlert[]
}

export interface CreditRequest {
  /** As in the config. */
  chain: string
  /** As the chain writes it. */
  txHash: string
  /** Own address that is to be credited; `null`: any. */
  key: Key | null
}

/**
 * May a deposit be credited? Fails closed: `clear` and `released` need that everything which could raise an alert was done.
 *
 * @param terms.lists those that must be fresh; `null`: all that the ledger knows.
 * @param terms.doubt why nothing can be clear now; `null`: nothing speaks against it.
 * @param terms.at now, ISO-8601.
 */
export function creditStatus(
  db: Db,
  request: CreditRequest,
  terms: { lists: readonly AskedList[] | null; doubt: string | null; at: string },
): CreditStatus {
  // One moment for all of it.
  return db.transaction((): CreditStatus => {
    const { chain, txHash, key } = request
    const transactions = transactionsByHash(db, chain, txHash)
    const ownKeys = ownKeysOf(transactions)
    const alerts = creditAlerts(db, chain, txHash, [...ownKeys, ...(key === null ? [] : [key])])
    const height = transactions[0]?.row.block_height ?? null
    const { cursor, finalHeight } = readChainState(db, chain)
    const facts = {
      confirmations: height === null || cursor === null ? null : Math.max(0, cursor.height - height + 1),
      final: height !== null && finalHeight !== null && height <= finalHeight,
      ...{ transactions, alerts },
    }
    const [status, reasons] = statusOf(db, request, { transactions, alerts }, terms)
    return { status, reasons, ...facts }
  })()
}

/** The first that holds. */
function statusOf(
  db: Db,
  { chain, txHash, key }: CreditRequest,
  { transactions, alerts }: Pick<CreditStatus, 'transactions' | 'alerts'>,
  terms: Parameters<typeof creditStatus>[2],
): [Credit, string[]] {
  const undecided = alerts.filter(({ isCleared }) => !isCleared)
  if (undecided.length > 0)
    return ['alerted', undecided.map(({ id, disposition }) => `alert ${id} is ${disposition}`)]

  const due = [
    ...transactions.flatMap(({ row }) => dueWork(db, row)),
    ...dueOwnAlerts(db, ownKeysOf(transactions)),
  ]
  if (transactions.length === 0 && !hasGapOfItsOwn(db, chain, txHash))
    return ['pending', ['no screened block has it, or it moves nothing of your addresses']]
  if (due.length > 0) return ['pending', due]

  const gaps = [
    ...gapsOfTransaction(db, chain, txHash, transactions),
    ...staleLists(db, terms),
    ...(terms.doubt === null ? [] : [terms.doubt]),
    ...(reaches(transactions, key) ? [] : ['no stored transfer of it reaches this address as a deposit']),
  ]
  if (gaps.length > 0) return ['unscreened', gaps]

  return alerts.length > 0
    ? ['released', alerts.map(({ id, disposition }) => `alert ${id} is ${disposition}`)]
    : ['clear', []]
}

function ownKeysOf(transactions: readonly FoundTransaction[]): Key[] {
  return [...new Set(transactions.flatMap(({ transfers }) => transfers.map(({ own_key }) => own_key)))]
}

function staleLists(db: Db, { lists, at }: Parameters<typeof creditStatus>[2]): string[] {
  const health = listHealth(db, lists, at)
  return health.length === 0 ? ['no list is loaded'] : health.flatMap(({ problem }) => problem ?? [])
}

function reaches(transactions: readonly FoundTransaction[], key: Key | null): boolean {
  return transactions.some(({ transfers }) =>
    transfers.some(({ direction, own_key }) => direction === 'deposit' && (key === null || own_key === key)),
  )
}
