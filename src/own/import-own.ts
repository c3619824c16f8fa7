import type { BitcoinNetwork } from '../address/network.ts'
import { readPasted } from '../address/read-pasted.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import type { Db } from '../ledger/database.ts'
import {
  type AddedCounts,
  type AddOptions,
  addOwnAddresses,
  findOwnAddress,
  type GivenOwn,
  type OwnAddress,
} from '../ledger/own/own-addresses.ts'
import { checkOwnRow, type KnownChains, type OwnFields, type OwnRow, quoted } from './own-row.ts'
import { type ReadOwnOptions, readOwnFile } from './read-own-file.ts'

/** A chain that addresses may be own on. */
export type OwnChain = { id: string; type: 'evm' } | { id: string; type: 'bitcoin'; network: BitcoinNetwork }

export interface OwnCounts extends AddedCounts {
  /** Addresses that were taken out of something else, and the first of it; left out where there are none. */
  taken?: { count: number; first: string }
}

/**
 * Loads a file of own addresses, all of it or nothing.
 *
 * @throws ChainscreenError `bad-file` with the lines that are wrong; `usage` naming addresses that are listed, where
 * `refuseListed` says so.
 */
export async function importOwnFile(
  db: Db,
  file: string,
  chains: readonly OwnChain[],
  options: Pick<ReadOwnOptions, 'onProgress' | 'signal'> &
    Pick<AddOptions, 'onWritten' | 'refuseListed' | 'record'> & { at: string },
): Promise<OwnCounts> {
  const { at, onWritten, refuseListed, record, ...reading } = options
  const taken = new Taken()
  const rows = ownAddressesOf(file, chains, reading, (row) => taken.count(row))
  const how = { onWritten, refuseListed, record, signal: reading.signal }
  const counts = await addOwnAddresses(db, rows, at, how)
  return { ...counts, ...taken.report }
}

/**
 * Adds addresses from the command line. What is not said of one that is there already stays as it is.
 *
 * @throws ChainscreenError `usage`: then nothing was added.
 */
export async function addOwn(
  db: Db,
  addresses: readonly string[],
  as: { kind?: string | undefined; reference?: string | undefined; chain: string },
  chains: readonly OwnChain[],
  at: string,
  options: Pick<AddOptions, 'refuseListed' | 'record'> = {},
): Promise<OwnCounts> {
  const taken = new Taken()
  const rows = addresses.map((address, index) => {
    const parsed = readPasted(address)
    const known = parsed.ok ? findOwnAddress(db, parsed.key, as.chain) : undefined
    const { kind = known?.kind ?? 'deposit', reference = known?.reference ?? '', chain } = as
    const row = checkOwnRow({ address, kind, reference, chain }, index + 1, knownChains(chains), quoted)
    if (typeof row === 'string') throw new ChainscreenError('usage', `Nothing was added: ${row}.`)
    const mixUp = wrongNetwork(row, chains)
    if (mixUp !== null) throw new ChainscreenError('usage', `Nothing was added: ${row.text} ${mixUp}.`)
    taken.count(row)
    return toOwn(row)
  })
  return { ...(await addOwnAddresses(db, rows, at, options)), ...taken.report }
}

/**
 * Adds the rows that a program sends, all of them or none.
 *
 * @throws ChainscreenError `usage` naming the first row that is wrong, counted from 1, or an address that comes twice with another
 * kind or reference: then nothing was added.
 */
export async function addOwnRows(
  db: Db,
  fields: readonly OwnFields[],
  chains: readonly OwnChain[],
  at: string,
  options: Pick<AddOptions, 'record'> = {},
): Promise<OwnCounts> {
  const known = knownChains(chains)
  const taken = new Taken()
  const rows = fields.map((each, index) => {
    const row = checkOwnRow(each, index + 1, known, quoted)
    const wrong = typeof row === 'string' ? row : wrongNetwork(row, chains)
    if (wrong !== null || typeof row === 'string')
      throw new ChainscreenError('usage', `Nothing was added: row ${index + 1}: ${wrong}.`)
    taken.count(row)
    return toOwn(row)
  })
  return { ...(await addOwnAddresses(db, rows, at, { ...options, refusal: 'usage' })), ...taken.report }
}

/** Counts the rows whose address stood in something else. */
class Taken {
  #count = 0
  #first = ''

  count({ took }: OwnRow): void {
    if (took === null) return
    if (this.#count === 0) this.#first = took
    this.#count += 1
  }

  get report(): Pick<OwnCounts, 'taken'> {
    return this.#count === 0 ? {} : { taken: { count: this.#count, first: this.#first } }
  }
}

function knownChains(chains: readonly OwnChain[]): KnownChains {
  return new Map(chains.map(({ id, type }) => [id, type]))
}

/**
 * The own addresses of a file, one by one, in constant memory.
 *
 * @param onRow hears each of them before it is given. @param wanted leaves those out for which it says no.
 * @throws ChainscreenError `bad-file`: at the end at the latest, so nothing may count before.
 */
export async function* ownAddressesOf(
  file: string,
  chains: readonly OwnChain[],
  reading: Omit<ReadOwnOptions, 'chains'>,
  onRow: (row: OwnRow) => void = () => {},
  wanted: (own: OwnAddress, row: OwnRow) => boolean = () => true,
): AsyncGenerator<GivenOwn> {
  for await (const batch of readOwnFile(file, { ...reading, chains: knownChains(chains) })) {
    for (const row of batch) {
      const mixUp = wrongNetwork(row, chains)
      if (mixUp !== null) {
        throw new ChainscreenError('bad-file', `${file}:${row.line}: address ${mixUp}; nothing was loaded.`)
      }
      onRow(row)
      const own = toOwn(row)
      if (wanted(own, row)) yield own
    }
  }
}

/** An own address from one row; where it can't be one, the reason as a clause, without what stands in the row. */
export function ownAddressOf(fields: OwnFields, chains: readonly OwnChain[]): OwnAddress | string {
  const row = checkOwnRow(fields, 0, knownChains(chains))
  if (typeof row === 'string') return row
  const mixUp = wrongNetwork(row, chains)
  return mixUp === null ? toOwn(row) : `address ${mixUp}`
}

/** What is wrong, in words behind the address, with one written for a network that is not followed: that its key would be watched on the wrong chain. */
function wrongNetwork(row: OwnRow, chains: readonly OwnChain[]): string | null {
  const networks = chains.flatMap((chain) =>
    chain.type === 'bitcoin' && (row.chain === null || row.chain === chain.id) ? [chain.network] : [],
  )
  const isOther =
    row.key.startsWith('bitcoin:') &&
    networks.length > 0 &&
    !networks.some((one) => prefixFits(row.text, one))
  return isOther ? `is no address of ${networks.join(' or ')}, the Bitcoin network of the config` : null
}

function toOwn({ key, text, kind, reference, chain, line }: OwnRow): GivenOwn {
  return { key, address: text, kind, reference, chain: chain ?? '', place: line }
}

/** What the prefix of a Bitcoin address can tell: testnet 4 and signet share theirs, and base58 shares it with regtest. */
type BitcoinPrefix = 'mainnet' | 'test' | 'regtest'

/**
 * The network that the text of a Bitcoin address is written for. Presentation only: the key is the same on all.
 * `test` in base58 (`m`, `n`, `2`) stands for regtest too; see {@link prefixFits}.
 *
 * @param text an address that `parseAddress` took for one of the family bitcoin.
 * @returns `null` for text without a prefix (a script in hex).
 */
export function bitcoinNetworkOf(text: string): BitcoinPrefix | null {
  const start = text.trim().slice(0, 5).toLowerCase()
  if (start.startsWith('bcrt1')) return 'regtest'
  if (start.startsWith('bc1') || start.startsWith('1') || start.startsWith('3')) return 'mainnet'
  return /^(tb1|[mn2])/.test(start) ? 'test' : null
}

/** Whether an address written like this belongs on a network; text without a prefix fits anywhere. */
export function prefixFits(text: string, network: 'mainnet' | 'testnet4' | 'signet' | 'regtest'): boolean {
  const prefix = bitcoinNetworkOf(text)
  if (prefix === null) return true
  if (network === 'mainnet') return prefix === 'mainnet'
  if (network === 'regtest') return prefix === 'regtest' || (prefix === 'test' && !/^tb1/i.test(text.trim()))
  return prefix === 'test'
}
