import { type Key, makeKey } from '../../address/key.ts'
import { classifyScript } from '../../address/script.ts'
import type { OwnLookup } from '../../screening/types.ts'
import type { Spend, Transaction } from './transaction.ts'
import type { TxOut } from './tx-out.ts'

/** One input (the output it spends) or one output of a transaction, with its place in the list. */
export interface Side extends TxOut {
  index: number
  key: Key
  /** Inputs only. */
  spend?: Spend
}

export interface Sides {
  ownInputs: Side[]
  foreignInputs: Side[]
  ownOutputs: Side[]
  foreignOutputs: Side[]
}

/** Sorts a transaction into what is ours and what is not. OP_RETURN outputs can never be spent and are left out: they pay nobody. */
export function sidesOf(tx: Transaction, own: OwnLookup): Sides {
  const sides: Sides = { ownInputs: [], foreignInputs: [], ownOutputs: [], foreignOutputs: [] }
  tx.inputs.forEach((input, index) => {
    const side = { index, key: makeKey('bitcoin', input.script), ...input, spend: input }
    if (isOwn(side, own)) sides.ownInputs.push(side)
    else sides.foreignInputs.push(side)
  })
  tx.outputs.forEach((output, index) => {
    if (classifyScript(output.script) === 'op-return') return
    const side = { index, key: makeKey('bitcoin', output.script), ...output }
    if (isOwn(side, own)) sides.ownOutputs.push(side)
    else sides.foreignOutputs.push(side)
  })
  return sides
}

function isOwn({ script, key }: Side, own: OwnLookup): boolean {
  return own.mayHaveScript(script, 0, script.length) && own.has(key)
}
