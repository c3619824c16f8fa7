import { makeKey } from '../../address/key.ts'
import type { OwnLookup, ScreenableTx } from '../../screening/types.ts'
import type { Conflict, Extraction, Unscreened } from '../source.ts'
import { mayTouch } from './block-index.ts'
import { ByteReader } from './bytes.ts'
import { extractTransaction, VariantBudget } from './extract-transaction.ts'
import type { UnverifiedInput } from './proof/spends.ts'
import { type ScannedBlock, transactionOf } from './scanned-block.ts'
import {
  outpointBytes,
  outpointHex,
  readBareTransaction,
  readTransactionStart,
  type Transaction,
  type TxOut,
} from './transaction.ts'

/** A block of Bitcoin, as data. */
export interface BitcoinContent extends ScannedBlock {
  family: 'bitcoin'
  /** Inputs of which it can't be proved what they spend. */
  unverifiedInputs: readonly UnverifiedInput[]
  /** Of a block that was reduced: the places of the transactions that may touch own addresses, in order. */
  candidates?: Uint32Array
}

/** Marks which transactions may touch own addresses: looks up each script in place. Pure. */
export function reduceBitcoin(block: BitcoinContent, own: OwnLookup): BitcoinContent {
  const { bytes, index, spent } = block
  const found: number[] = []
  for (let tx = 0; tx < index.starts.length; tx++) {
    const touches =
      mayTouch(index.outputs, tx, bytes, own) ||
      (spent !== null && mayTouch(spent.scripts, tx, spent.bytes, own))
    if (touches) found.push(tx)
  }
  return { ...block, candidates: Uint32Array.from(found) }
}

const keysLeftOut = {
  what: 'keys',
  reason: 'it shows so many public keys that some of its parties are matched by their script alone',
}

/** What touches own addresses: builds only the transactions that may. Pure. */
export function extractBitcoin(block: BitcoinContent, own: OwnLookup): Extraction {
  // Released memory has no length any more.
  if (block.bytes.length === 0) throw new Error('a block was scanned after its memory was released')
  const { candidates = new Uint32Array() } =
    block.candidates === undefined ? reduceBitcoin(block, own) : block
  const transactions: ScreenableTx[] = []
  const unscreened = unverifiedOwnInputs(block, own)
  for (const tx of candidates) {
    const budget = new VariantBudget()
    const screenable = extractTransaction(transactionOf(block, tx), own, budget)
    if (screenable === null) continue
    transactions.push(screenable)
    if (budget.exceeded) unscreened.push({ ...keysLeftOut, txHash: screenable.hash })
  }
  return { transactions, unscreened }
}

/**
 * Inputs that show what an own address is spent with, and are said to spend a script that shows nothing. A node that
 * lies hides a withdrawal so; but anybody can make an output that anything spends, and spend it with a key of ours that
 * the chain has seen. So the block is taken, and each such input is a row.
 */
function unverifiedOwnInputs(block: BitcoinContent, own: OwnLookup): Unscreened[] {
  const isOwn = (script: Uint8Array) =>
    own.mayHaveScript(script, 0, script.length) && own.has(makeKey('bitcoin', script))
  return block.unverifiedInputs
    .filter(({ scripts }) => scripts.some(isOwn))
    .map(({ tx, input }) => ({
      what: 'unverified',
      reason: `input ${input} shows what an own address is spent with, and is said to spend another script, which proves nothing`,
      txHash: transactionOf(block, tx).txid,
    }))
}

/**
 * Which of these outputs the transactions of a block spend, and which transaction does. Looks at every input's 36 bytes
 * in place; needs nothing of what they spend.
 *
 * @param spends `txid:n`
 */
export function bitcoinConflicts(
  block: Pick<ScannedBlock, 'bytes' | 'header' | 'index'>,
  spends: ReadonlySet<string>,
): Conflict[] {
  const wanted = new Map([...spends].map((spent) => [outpointHex(spent), spent]))
  const bytes = Buffer.from(block.bytes.buffer, block.bytes.byteOffset, block.bytes.length)
  const reader = new ByteReader(bytes, `Block ${block.header.hash}`)
  const found: Conflict[] = []
  for (const start of block.index.starts.subarray(1)) {
    const used: string[] = []
    reader.position = start
    for (let left = readTransactionStart(reader).inputs; left > 0; left--) {
      const spent = wanted.get(bytes.toString('hex', reader.position, reader.position + outpointBytes))
      if (spent !== undefined) used.push(spent)
      reader.advance(outpointBytes)
      reader.advanceVar()
      reader.advance(4)
    }
    if (used.length === 0) continue
    reader.position = start
    const { txid } = readBareTransaction(reader)
    found.push(...used.map((spent) => ({ spent, by: txid })))
  }
  return found
}

/** An unconfirmed transaction of Bitcoin, as data. */
export interface BitcoinPending {
  family: 'bitcoin'
  transaction: Transaction
}

/** What an unconfirmed transaction would move between own addresses and others. Pure. Nearly every one touches none. */
export function extractBitcoinPending({ transaction }: BitcoinPending, own: OwnLookup): ScreenableTx | null {
  const { inputs, outputs } = transaction
  const mayBeOwn = ({ script }: TxOut) => own.mayHaveScript(script, 0, script.length)
  return inputs.some(mayBeOwn) || outputs.some(mayBeOwn) ? extractTransaction(transaction, own) : null
}
