import { asAddress, asNumber, asQuantity, asWord, badAnswer } from './answers.ts'
import {
  commonTypes,
  type RpcBlock,
  type RpcHeader,
  type RpcTransaction,
  type RpcWithdrawal,
  typeOf,
  unreadableType,
} from './types.ts'
import { noteUnreadable, nowhere } from './unreadable.ts'

/** 9999-12-31T23:59:59Z. Later times have another form as text (ISO 8601), and beyond the year 275760 none in JavaScript. */
const lastTime = 253_402_300_799

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
  const time = asNumber(header.timestamp)
  if (time === undefined || time > lastTime)
    throw badAnswer(method, 'timestamp', header.timestamp, 'seconds since 1970, before the year 10000')
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
 * Checks the fields of a transaction that are read, and puts their hex into lower case in place. What can't be read of it is
 * noted as unreadable: types that a chain made up have fields of their own, and no value or input (Tempo's 0x76).
 *
 * @param at where it stands in the answer. @throws ChainscreenError `node-bad-answer` where it is none, or has no hash.
 */
export function checkTransaction(answer: unknown, at: () => string, method: string): void {
  if (typeof answer !== 'object' || answer === null) throw badAnswer(method, at(), answer)
  const tx = answer as { [K in keyof RpcTransaction]: unknown } & { data?: unknown }
  tx.hash = asWord(tx.hash) ?? fail(method, `${at()}.hash`, tx.hash)
  const note = (field: string, about: string[] | null) =>
    noteUnreadable(answer, { what: 'transaction', reason: `its ${field} can’t be read`, about })
  const from = asAddress(tx.from)
  const to = isAbsent(tx.to) ? null : asAddress(tx.to)
  if (from === undefined) note('sender', null)
  if (to === undefined) note('receiver', null)
  const between = from === undefined || to === undefined || to === null ? null : [from, to]
  tx.from = from ?? nowhere
  tx.to = to === undefined ? nowhere : to
  const type = isAbsent(tx.type) ? null : asQuantity(tx.type)
  if (type === undefined) note('type', null)
  tx.type = type === undefined ? unreadableType : type
  const value = asQuantity(tx.value)
  // Some nodes name it as transactions are sent.
  const input = [tx.input, tx.data].find((text) => typeof text === 'string')
  const hasBoth = commonTypes.has(typeOf(tx as RpcTransaction))
  if (value === undefined && (hasBoth || !isAbsent(tx.value))) note('value', between)
  if (input === undefined && (hasBoth || !isAbsent(tx.input))) note('input', between)
  tx.value = value ?? null
  tx.input = input ?? null
  const mint = isAbsent(tx.mint) ? null : asQuantity(tx.mint)
  if (mint === undefined) note('mint', from === undefined ? null : [from])
  tx.mint = mint ?? null
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null
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
