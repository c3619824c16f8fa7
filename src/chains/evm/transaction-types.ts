import type { ChainDefinition } from './definition.ts'
import type { RpcTransaction } from './types.ts'

/** A deposit of the OP stack: https://specs.optimism.io/protocol/deposits.html */
export const opDeposit = 0x7e

/** Types whose transactions every chain treats alike: legacy, EIP-2930, EIP-1559, EIP-4844, EIP-7702. */
const signedTypes: ReadonlySet<number> = new Set([0, 1, 2, 3, 4])

/** Types that are read whole on any chain: many chains of the OP stack have no definition of their own. */
export const commonTypes: ReadonlySet<number> = new Set([...signedTypes, opDeposit])

/** In place of a type that can't be read. No type is larger than a byte (EIP-2718). */
export const unreadableType = '0x100'

/** The EIP-2718 type. Nodes leave it out for legacy transactions of old. */
export function typeOf(tx: RpcTransaction): number {
  return tx.type === undefined || tx.type === null ? 0 : Number(tx.type)
}

/** Whether what happens is all in value, logs and calls, as on Ethereum. */
export function isSignedType(tx: RpcTransaction): boolean {
  return signedTypes.has(typeOf(tx))
}

/** Whether what this transaction moves is known whole. */
export function isReadWhole(tx: RpcTransaction, definition: ChainDefinition): boolean {
  const type = typeOf(tx)
  return commonTypes.has(type) || definition.types.includes(type)
}
