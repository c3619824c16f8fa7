import { evmKey } from '../../../address/key.ts'
import type { Tag } from '../../../screening/level.ts'
import type { Party, Transfer } from '../../../screening/types.ts'
import { tokenCallOf } from './call-paths.ts'
import { asParties, type TransactionContext } from './context.ts'
import type { Movement } from './movement.ts'

/** The transfer of a token movement, with its parties, or `null` where it is not between the exchange and others. */
export function tokenTransfer(movement: Movement, context: TransactionContext): Transfer | null {
  const { isOwn, chain } = context
  const { from, to } = movement
  const fromOwn = from !== null && isOwn(from)
  const toOwn = to !== null && isOwn(to)
  const own = fromOwn ? from : to
  if (fromOwn === toOwn || own === null) return null
  const token = chain.tokens.get(movement.token)
  const tags: Tag[] = []
  if (movement.amount === 0n) tags.push('zero-value')
  if (token === undefined || movement.malformed) tags.push('unknown-asset')
  return {
    id: movement.id,
    direction: toOwn ? 'deposit' : 'withdrawal',
    asset: movement.asset,
    symbol: token?.symbol ?? null,
    amount: movement.amount,
    own: evmKey(own),
    parties: partiesOf(movement, toOwn ? from : to, toOwn, context),
    tags,
  }
}

/** @param counterparty `null`: the tokens came from, or became, the native coin of the same holder. */
function partiesOf(
  movement: Movement,
  counterparty: string | null,
  deposit: boolean,
  context: TransactionContext,
): Party[] {
  const { token } = movement
  const asset = asParties('asset', context.isOwn(token) ? [] : [token])
  // The contract of a wrapped coin stands between the coin and itself.
  const wrapper = context.chain.tokens.get(token)?.wrapped ? token : null
  const behind = [...context.flow.of(movement), ...movement.beyond].filter(
    (address) => address !== counterparty && address !== wrapper,
  )
  return [
    ...asParties(deposit ? 'source' : 'destination', counterparty === null ? [] : [counterparty]),
    ...bystanders(movement, counterparty, context),
    ...asParties(deposit ? 'upstream' : 'onward', behind),
    ...asset,
  ]
}

/** Who moved the tokens where it is not their holder, and the contracts on the path to them. */
function bystanders(movement: Movement, counterparty: string | null, context: TransactionContext): Party[] {
  const { isOwn, one, called, callPaths } = context
  const { from, to, token } = movement
  const call = tokenCallOf(one.frames, movement.log, token)
  const directly = one.tx.to === token ? one.tx.from : null
  const caller = call === null ? directly : (one.frames?.from[call] ?? null)
  // The log of an ERC-1155 names its operator.
  const operator = movement.operator ?? caller
  const operates = operator !== null && operator !== from && operator !== counterparty && !isOwn(operator)
  const isOnPath = (address: string) =>
    address !== from &&
    address !== to &&
    address !== token &&
    !isOwn(address) &&
    !(operates && address === operator)
  // Who wraps for another is its operator; without traces a call of another contract may have done anything.
  const path = call !== null ? callPaths.to(call) : counterparty === null ? [] : called
  return [...asParties('operator', operates ? [operator] : []), ...asParties('intermediary', path, isOnPath)]
}
