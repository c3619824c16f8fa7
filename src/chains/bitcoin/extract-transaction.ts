import type { Key } from '../../address/key.ts'
import type { Tag } from '../../screening/level.ts'
import type { Direction, OwnLookup, Party, ScreenableTx, Transfer } from '../../screening/types.ts'
import { FormBudget } from './form-budget.ts'
import { distinctParties } from './parties.ts'
import { type Side, sidesOf } from './sides.ts'
import type { Transaction } from './transaction.ts'

/** At most this many satoshi are dust: a sum nobody sends for its worth. */
const dustSats = 1000n

/**
 * What a transaction moved between own addresses and others, or `null` where it moved nothing.
 *
 * Without an own input, each own output is a deposit. With one, each foreign output is a withdrawal and own outputs are
 * change; with foreign inputs beside, own outputs that exceed own inputs are one deposit, `net`.
 *
 * @param budget of a transaction of its own; tells afterwards whether forms of parties were left out
 */
export function extractTransaction(
  tx: Transaction,
  own: OwnLookup,
  budget = new FormBudget(),
): ScreenableTx | null {
  const { ownInputs, foreignInputs, ownOutputs, foreignOutputs } = sidesOf(tx, own)
  const payer = largest(ownInputs)
  if (payer === undefined) {
    if (ownOutputs.length === 0) return null
    return {
      hash: tx.txid,
      transfers: ownOutputs.map((output) =>
        transfer(`vout:${output.index}`, 'deposit', output.value, output.key, []),
      ),
      parties: [
        ...distinctParties(foreignInputs, 'source', budget),
        ...distinctParties(foreignOutputs, 'co-recipient', budget),
      ],
      ownSigned: false,
    }
  }
  const transfers = foreignOutputs.map((output) =>
    transfer(
      `vout:${output.index}`,
      'withdrawal',
      output.value,
      payer.key,
      distinctParties([output], 'destination', budget),
    ),
  )
  const receiver = largest(ownOutputs)
  const excess = sum(ownOutputs) - sum(ownInputs)
  const isPayjoin = receiver !== undefined && foreignInputs.length > 0 && excess > 0n
  if (isPayjoin) transfers.push(transfer('net', 'deposit', excess, receiver.key, []))
  if (transfers.length === 0) return null
  // Who paid beside us pays us, where something is left over; else they take part in what we pay.
  const direction = isPayjoin ? 'deposit' : 'withdrawal'
  const parties = distinctParties(foreignInputs, 'co-input', budget).map(
    (party) => ({ ...party, direction }) as const,
  )
  return { hash: tx.txid, transfers, parties, ownSigned: true }
}

function transfer(
  id: string,
  direction: Direction,
  amount: bigint,
  own: Key,
  parties: readonly Party[],
): Transfer {
  return { id, direction, asset: 'native', symbol: 'BTC', amount, own, parties, tags: tagsOf(amount) }
}

function tagsOf(amount: bigint): readonly Tag[] {
  if (amount === 0n) return ['zero-value']
  return amount <= dustSats ? ['dust'] : []
}

/** The side of the largest value; of several, the one of the lowest index. */
function largest(sides: readonly Side[]): Side | undefined {
  return sides.reduce<Side | undefined>(
    (best, side) => (best === undefined || side.value > best.value ? side : best),
    undefined,
  )
}

function sum(sides: readonly Side[]): bigint {
  return sides.reduce((total, side) => total + side.value, 0n)
}
