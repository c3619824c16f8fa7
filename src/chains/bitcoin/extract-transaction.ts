import { holderVariants, type MatchBasis } from '../../address/equivalents.ts'
import { type Key, makeKey } from '../../address/key.ts'
import { revealedPublicKeys } from '../../address/revealed-keys.ts'
import { classifyScript, publicKeyVariants } from '../../address/script.ts'
import type { Tag } from '../../screening/level.ts'
import type { Direction, OwnLookup, Party, Role, ScreenableTx, Transfer } from '../../screening/types.ts'
import type { Spend, Transaction, TxOut } from './transaction.ts'

/** At most this many satoshi are dust: a sum nobody sends for its worth. */
const dustSats = 1000n

/**
 * What a transaction moved between own addresses and others, or `null` where it moved nothing.
 *
 * Without an own input, each own output is a deposit. With one, each foreign output is a withdrawal and own outputs are
 * change; with foreign inputs beside, own outputs that exceed own inputs are one deposit, `net`.
 *
 * @param budget of a transaction of its own; tells afterwards whether variants of parties were left out
 */
export function extractTransaction(
  tx: Transaction,
  own: OwnLookup,
  budget = new VariantBudget(),
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

/** One input (the output it spends) or one output of a transaction, with its place in the list. */
interface Side extends TxOut {
  index: number
  key: Key
  /** Inputs only. */
  spend?: Spend
}

interface Sides {
  ownInputs: Side[]
  foreignInputs: Side[]
  ownOutputs: Side[]
  foreignOutputs: Side[]
}

/** Sorts a transaction into what is ours and what is not. OP_RETURN outputs can never be spent and are left out: they pay nobody. */
function sidesOf(tx: Transaction, own: OwnLookup): Sides {
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

/** The party behind each of these scripts, once each, with every variant that any of them reveals, as far as the budget goes. */
function distinctParties(sides: readonly Side[], role: Role, budget: VariantBudget): Party[] {
  const variantsByKey = new Map<Key, Map<Key, Variant>>()
  for (const { key, script, spend } of sides) {
    const known = variantsByKey.get(key)
    const variants = known ?? new Map<Key, Variant>()
    variantsByKey.set(key, variants)
    if (budget.exceeded) continue
    // Of a script that was there before, only another spend can show more.
    for (const variant of scriptVariants(known ? null : script, spend)) {
      if (variant.key !== key && !variants.has(variant.key) && budget.takes(script.length))
        variants.set(variant.key, variant)
    }
  }
  return Array.from(variantsByKey, ([key, variants]) =>
    variants.size === 0 ? { key, role } : { key, role, variants: [...variants.values()] },
  )
}

type Variant = { key: Key; basis: MatchBasis }

/**
 * Other keys of whoever holds a script: those of the script itself, where one is given, and the variants of each public key
 * that a spend of it shows.
 */
function scriptVariants(script: Uint8Array | null, spend?: Spend): Variant[] {
  const held = script === null ? [] : holderVariants(makeKey('bitcoin', script))
  const revealed = spend === undefined ? [] : revealedPublicKeys(spend.scriptSig, spend.witness)
  return [...held, ...revealed.flatMap(publicKeyVariants)]
}

/**
 * Each variant of a party is stored with its script. A transaction of ordinary spends stays far below this, be it as large as
 * a block; one made of bare multisig with 16 keys each would be stored eight hundred times its size.
 */
const maxVariantBytes = 2_000_000

/** How many other variants of its parties a transaction may have. What goes beyond is left out, and reported. */
export class VariantBudget {
  #left = maxVariantBytes

  /** Whether variants were left out. */
  get exceeded(): boolean {
    return this.#left < 0
  }

  /** Whether there is room for one more variant of a script of that length. */
  takes(scriptBytes: number): boolean {
    this.#left -= scriptBytes
    return !this.exceeded
  }
}
