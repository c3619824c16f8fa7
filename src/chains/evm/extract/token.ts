import { evmKey } from '../../../address/key.ts'
import type { Party, Tag, Transfer } from '../../../screening/types.ts'
import type { TokenTable } from '../tokens.ts'
import type { RpcReceipt, RpcTransaction } from '../types.ts'
import type { IsOwn } from './is-own.ts'
import type { Movement } from './movement.ts'
import type { Trails } from './trail.ts'

/** What a token movement stands in. */
export interface TokenContext {
  tx: RpcTransaction
  receipt: RpcReceipt
  tokens: TokenTable
  isOwn: IsOwn
  trails: Trails
}

/** The transfer of a token movement, with its parties, or `null` where it is not between the exchange and others. */
export function tokenTransfer(movement: Movement, context: TokenContext): Transfer | null {
  const { isOwn, tokens } = context
  const { from, to } = movement
  const fromOwn = from !== null && isOwn(from)
  const toOwn = to !== null && isOwn(to)
  const own = fromOwn ? from : to
  if (fromOwn === toOwn || own === null) return null
  const known = movement.malformed ? undefined : tokens.get(movement.token)
  const tags: Tag[] = []
  if (movement.amount === 0n) tags.push('zero-value')
  if (known === undefined) tags.push('unknown-asset')
  return {
    id: movement.id,
    direction: toOwn ? 'deposit' : 'withdrawal',
    asset: movement.asset,
    symbol: tokens.get(movement.token)?.symbol ?? null,
    amount: movement.amount,
    own: evmKey(own),
    parties: toOwn ? depositParties(movement, context) : withdrawalParties(movement, context),
    tags,
  }
}

function depositParties(movement: Movement, context: TokenContext): Party[] {
  const { from } = movement
  if (from === null) return asset(movement, context)
  return [
    { key: evmKey(from), role: 'source' },
    ...bystanders(movement, from, context),
    ...party('upstream', context.trails.of(movement)),
    ...asset(movement, context),
  ]
}

function withdrawalParties(movement: Movement, context: TokenContext): Party[] {
  const { to } = movement
  if (to === null) return asset(movement, context)
  return [
    { key: evmKey(to), role: 'destination' },
    ...bystanders(movement, to, context),
    ...party('onward', context.trails.of(movement)),
    ...asset(movement, context),
  ]
}

/** Who moved the tokens where it is not their holder, and the contract on the way. */
function bystanders(movement: Movement, counterparty: string, { tx, receipt, isOwn }: TokenContext): Party[] {
  const { from, to, token } = movement
  const parties: Party[] = []
  // The log of an ERC-1155 names its operator. Of other tokens only a direct call is known without call traces.
  const operator = movement.operator ?? (tx.to === token ? tx.from : null)
  if (operator !== null && operator !== from && operator !== counterparty && !isOwn(operator))
    parties.push({ key: evmKey(operator), role: 'operator' })
  const via = tx.to ?? receipt.contractAddress ?? null
  if (via !== null && via !== from && via !== to && via !== token && !isOwn(via))
    parties.push({ key: evmKey(via), role: 'intermediary' })
  return parties
}

function asset({ token }: Movement, { isOwn }: TokenContext): Party[] {
  return isOwn(token) ? [] : party('asset', [token])
}

function party(role: Party['role'], addresses: Iterable<string>): Party[] {
  return Array.from(addresses, (address) => ({ key: evmKey(address), role }))
}
