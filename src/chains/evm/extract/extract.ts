import { evmKey } from '../../../address/key.ts'
import type { OwnLookup, ScreenableTx, Transfer } from '../../../screening/types.ts'
import type { Conflict, Extraction, Unscreened } from '../../source.ts'
import { asNumber } from '../answers.ts'
import { proveSenders, type VerifyMode } from '../proof/prove-block.ts'
import { servedFields } from '../proof/rlp.ts'
import { isReadWhole, type RpcBlock, type RpcTransaction, typeOf } from '../types.ts'
import { type Unreadable, unscreenedParts } from '../unreadable.ts'
import { type EvmChain, ownCheck, type ReadBlock, type ReadTransaction, transactionAt } from './context.ts'
import { foldTransfers } from './fold-transfers.ts'
import { touches } from './touches.ts'
import { extractTransaction, newNotes, type TransactionNotes } from './transaction.ts'
import { countUndecoded, shareOut, type UndecodedLimits } from './undecoded.ts'

const reportedTwice = {
  what: 'traces',
  reason: 'a self-destruct in its trace repeats an earlier movement, and may be the same one reported twice',
}

/** A block of an EVM chain, as data. */
export interface EvmContent extends ReadBlock {
  family: 'evm'
  chain: EvmChain
  /** Whether the senders of transactions that touch own addresses are proved. */
  verify: VerifyMode
  /** Of a block that was reduced: which transaction spent which nonce, a line `0x…:7 HASH` for each in the block. */
  spentNonces?: string
}

/**
 * The same block with only what may touch own addresses: transactions, receipts and traces that do, or that can't be told not to.
 * `extractEvm` finds the same in it, and `evmConflicts` by the nonces. Pure.
 */
export function reduceEvm(content: EvmContent, own: OwnLookup): EvmContent {
  const { block, receipts, frames, unreadable, chain } = content
  const kept: number[] = []
  for (let i = 0; i < receipts.length; i++) {
    const one = transactionAt(content, i)
    if (one === null) continue
    if (one.unreadable.length > 0 || !isReadWhole(one.tx, chain.definition) || touches(one, own)) kept.push(i)
  }
  const { withdrawals } = block
  const anyOwn = withdrawals?.some(({ address }) => own.mayHaveEvm(address)) ?? false
  const pick = <T>(from: readonly T[]): T[] => kept.map((i) => from[i] as T)
  return {
    ...content,
    block: {
      ...block,
      transactions: pick(block.transactions),
      ...(withdrawals && { withdrawals: anyOwn ? withdrawals : [] }),
    },
    receipts: pick(receipts),
    frames: frames && kept.map((i) => frames[i] ?? null),
    unreadable: new Map(
      kept.flatMap((i, place) => (unreadable.has(i) ? [[place, unreadable.get(i) ?? []] as const] : [])),
    ),
    spentNonces: block.transactions.map((tx) => `${accountNonce(tx) ?? ''} ${tx.hash}`).join('\n'),
  }
}

/**
 * What touches own addresses in a block, and what of it was not understood or is not proved. Pure.
 *
 * @throws ChainscreenError `node-bad-answer` with `verify: strict`, where the node lied about a sender.
 */
export function extractEvm(content: EvmContent, own: OwnLookup): Extraction {
  const { block, chain, verify } = content
  const found = extractBlock(content, own, chain)
  const hashes = found.transactions.map(({ hash }) => hash)
  const unproved = proveSenders(block, hashes, verify, chain.definition.unproved)
  return { ...found, unscreened: [...found.unscreened, ...unproved] }
}

/**
 * Everything in a block that moved value between the exchange and others, as far as transactions, logs, call traces
 * and beacon withdrawals tell. Failed transactions moved nothing. Pure; never throws for what was checked.
 */
export function extractBlock(read: ReadBlock, own: OwnLookup, chain: EvmChain): Extraction {
  const unscreened: Unscreened[] = []
  const extracted: Extracted[] = []
  for (let i = 0; i < read.receipts.length; i++) {
    const one = transactionAt(read, i)
    if (one === null) continue
    const unreadable = isReadWhole(one.tx, chain.definition)
      ? one.unreadable
      : [...one.unreadable, namedElsewhere(one.tx)]
    if (unreadable.length > 0) unscreened.push(...unscreenedParts(unreadable, own, one.tx.hash))
    if (touches(one, own)) extracted.push(extractOne(one, own, chain))
  }
  limitUndecoded(extracted, own, chain)
  const found = folded(extracted.flatMap(({ moved }) => moved ?? []))
  const withdrawals = extractWithdrawals(read.block, own, chain)
  if (withdrawals) found.push(withdrawals)
  for (const { notes } of extracted) unscreened.push(...notes.unscreened)
  const undecoded = countUndecoded(extracted.flatMap(({ notes }) => notes.undecoded))
  return { transactions: found, unscreened, ...(undecoded.length > 0 && { undecoded }) }
}

/** A transaction that may touch own addresses, and what of it does. */
interface Extracted {
  one: ReadTransaction
  moved: ScreenableTx | null
  notes: TransactionNotes
}

function extractOne(
  one: ReadTransaction,
  own: OwnLookup,
  chain: EvmChain,
  limits?: UndecodedLimits,
): Extracted {
  const notes = newNotes()
  const moved = extractTransaction(one, own, chain, notes, limits)
  if (moved?.transfers.some(({ tags }) => tags.includes('doubtful')))
    notes.unscreened.push({ ...reportedTwice, txHash: moved.hash })
  return { one, moved, notes }
}

/** Extracts those transactions anew whose undecoded logs are too many beside the others of the block: nearly always none. */
function limitUndecoded(extracted: Extracted[], own: OwnLookup, chain: EvmChain): void {
  const many = [...extracted.entries()].filter(
    ([, { moved, notes }]) => notes.undecoded.length > 0 && !moved?.ownSigned,
  )
  const limits = shareOut(many.map(([, { notes }]) => notes.needs))
  for (const [place, limit] of limits) {
    const [index, before] = many[place] ?? []
    if (index !== undefined && before !== undefined)
      extracted[index] = extractOne(before.one, own, chain, limit)
  }
}

function folded(found: ScreenableTx[]): ScreenableTx[] {
  const fewer = foldTransfers(found.map(({ transfers }) => transfers))
  if (fewer.size === 0) return found
  return found.map((tx, place) => ({ ...tx, transfers: fewer.get(place) ?? tx.transfers }))
}

/** Fields of every transaction, which are read, or are no address that it acts on. */
const common: ReadonlySet<string> = new Set(['hash', 'blockHash', 'from', 'to', 'input', 'data'])

/** So many values of a transaction are looked at: its fields are a stranger's, as deep and wide as he likes. */
const maxValues = 10_000

const addressText = /^0x[0-9a-f]{40}$/i

/**
 * What a transaction of a type that is not known names in fields of its own, such as the calls of Tempo's 0x76
 * (https://docs.tempo.xyz): value that it moves so may stand in no log.
 */
function namedElsewhere(tx: RpcTransaction): Unreadable {
  const about = new Set<string>()
  const open: unknown[] = Object.entries(tx).flatMap(([name, value]) => (common.has(name) ? [] : [value]))
  let looked = 0
  for (let value = open.pop(); value !== undefined && looked < maxValues; value = open.pop(), looked++) {
    if (typeof value === 'string' && addressText.test(value)) about.add(value.toLowerCase())
    else if (typeof value === 'object' && value !== null)
      for (const each of Object.values(value)) if (each !== undefined && each !== null) open.push(each)
  }
  const type = `0x${typeOf(tx).toString(16)}`
  return {
    what: 'transaction-type',
    reason: `it is of type ${type}, and names the address in a field that is not read`,
    about: looked < maxValues ? [...about] : null,
  }
}

const weiPerGwei = 1_000_000_000n

/**
 * Beacon chain withdrawals to own addresses (EIP-4895). They belong to no transaction, leave no log and have no
 * counterparty: the block's own hash stands for the transaction's. `null` where there are none, and on chains whose
 * withdrawals move nothing yet.
 */
function extractWithdrawals(
  block: RpcBlock,
  own: OwnLookup,
  { definition, nativeSymbol }: EvmChain,
): ScreenableTx | null {
  if (definition.withdrawals === 'claimed') return null
  const isOwn = ownCheck(own)
  const transfers: Transfer[] = []
  for (const [index, { address, amount }] of (block.withdrawals ?? []).entries()) {
    if (!isOwn(address)) continue
    const wei = BigInt(amount) * weiPerGwei
    transfers.push({
      id: `withdrawal:${index}`,
      direction: 'deposit',
      asset: 'native',
      symbol: nativeSymbol,
      amount: wei,
      own: evmKey(address),
      parties: [],
      tags: wei === 0n ? ['zero-value'] : [],
    })
  }
  return transfers.length === 0 ? null : { hash: block.hash, transfers, parties: [], ownSigned: false }
}

/** An unconfirmed transaction of an EVM chain, as data. */
export interface EvmPending {
  family: 'evm'
  /** With the receipt that can be expected of it. */
  one: ReadTransaction
  chain: EvmChain
}

/** What an unconfirmed transaction would move between own addresses and others, as far as its own fields tell. Pure. */
export function extractEvmPending({ one, chain }: EvmPending, own: OwnLookup): ScreenableTx | null {
  return touches(one, own) ? extractTransaction(one, own, chain) : null
}

/** What only one transaction of an account can use: its address and nonce, `0x…:7`. `null` where the node names no nonce. */
export function accountNonce(tx: RpcTransaction): string | null {
  const nonce = asNumber(servedFields(tx).nonce)
  return nonce === undefined ? null : `${tx.from}:${nonce}`
}

/** Which of these accounts' nonces the transactions of a block use. */
export function evmConflicts(
  { block: { transactions }, spentNonces }: Pick<EvmContent, 'block' | 'spentNonces'>,
  spends: ReadonlySet<string>,
): Conflict[] {
  const all =
    spentNonces === undefined
      ? transactions.map((tx) => [accountNonce(tx) ?? '', tx.hash] as const)
      : spentNonces.split('\n').map((line) => line.split(' '))
  return all.flatMap(([spent = '', by = '']) => (spends.has(spent) ? [{ spent, by }] : []))
}
