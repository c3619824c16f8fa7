import { asAddress, asNumber, asQuantity, asWord } from './hex.ts'
import { badAnswer } from './rpc/bad-answer.ts'
import type { RpcBlock, RpcHeader, RpcTransaction, RpcWithdrawal } from './types.ts'

/**
 * Checks a block's header as a node answered it, and puts its hex into lower case in place.
 *
 * @throws ChainscreenError `node-bad-answer`, naming the field.
 */
export function checkHeader(answer: unknown, method: string): RpcHeader {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer))
    throw badAnswer(method, 'the block', answer)
  const header = answer as { -readonly [K in keyof RpcHeader]: unknown }
  header.hash = asWord(header.hash) ?? fail(method, 'hash', header.hash)
  header.parentHash = asWord(header.parentHash) ?? fail(method, 'parentHash', header.parentHash)
  if (asNumber(header.number) === undefined) fail(method, 'number', header.number)
  if (asNumber(header.timestamp) === undefined) fail(method, 'timestamp', header.timestamp)
  return header as RpcHeader
}

/**
 * Checks a block with whole transactions.
 *
 * @throws ChainscreenError `node-bad-answer`, naming the field.
 */
export function checkBlock(answer: unknown, method: string): RpcBlock {
  const block = checkHeader(answer, method) as RpcHeader & Record<'transactions' | 'withdrawals', unknown>
  const { transactions, withdrawals } = block
  if (!Array.isArray(transactions)) throw badAnswer(method, 'transactions', transactions)
  for (let i = 0; i < transactions.length; i++) {
    const at = () => `transactions[${i}]`
    checkTransaction(transactions[i], at, method)
    const { blockHash } = transactions[i] as { blockHash?: unknown }
    if (blockHash !== block.hash && asWord(blockHash) !== block.hash)
      fail(method, `${at()}.blockHash`, blockHash)
  }
  if (withdrawals !== undefined && withdrawals !== null) {
    if (!Array.isArray(withdrawals)) throw badAnswer(method, 'withdrawals', withdrawals)
    for (let i = 0; i < withdrawals.length; i++) checkWithdrawal(withdrawals[i], i, method)
  }
  return block as unknown as RpcBlock
}

/**
 * Checks the fields of a transaction that are read, and puts their hex into lower case in place.
 *
 * @param at where it stands in the answer. @throws ChainscreenError `node-bad-answer`, naming the field.
 */
export function checkTransaction(answer: unknown, at: () => string, method: string): void {
  if (typeof answer !== 'object' || answer === null) throw badAnswer(method, at(), answer)
  const tx = answer as { [K in keyof RpcTransaction]: unknown }
  tx.hash = asWord(tx.hash) ?? fail(method, `${at()}.hash`, tx.hash)
  tx.from = asAddress(tx.from) ?? fail(method, `${at()}.from`, tx.from)
  if (tx.to !== null && tx.to !== undefined) tx.to = asAddress(tx.to) ?? fail(method, `${at()}.to`, tx.to)
  tx.value = asQuantity(tx.value) ?? fail(method, `${at()}.value`, tx.value)
  if (typeof tx.input !== 'string') fail(method, `${at()}.input`, tx.input)
  if (tx.type !== undefined && tx.type !== null)
    tx.type = asQuantity(tx.type) ?? fail(method, `${at()}.type`, tx.type)
  if (tx.mint !== undefined && tx.mint !== null)
    tx.mint = asQuantity(tx.mint) ?? fail(method, `${at()}.mint`, tx.mint)
}

function checkWithdrawal(answer: unknown, index: number, method: string): void {
  if (typeof answer !== 'object' || answer === null) throw badAnswer(method, `withdrawals[${index}]`, answer)
  const withdrawal = answer as { [K in keyof RpcWithdrawal]: unknown }
  withdrawal.address =
    asAddress(withdrawal.address) ?? fail(method, `withdrawals[${index}].address`, withdrawal.address)
  withdrawal.amount =
    asQuantity(withdrawal.amount) ?? fail(method, `withdrawals[${index}].amount`, withdrawal.amount)
}

function fail(method: string, field: string, value: unknown): never {
  throw badAnswer(method, field, value)
}
