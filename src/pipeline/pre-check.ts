import { holderVariants, type MatchBasis } from '../address/equivalents.ts'
import { type Key, keyFamily } from '../address/key.ts'
import { type BitcoinNetwork, bitcoinPrefixes } from '../address/network.ts'
import { readPasted } from '../address/read-pasted.ts'
import { wordsOfPhrase } from '../address/secret.ts'
import { addressText } from '../address/text.ts'
import { seedPhraseAsAddress, shownAddress, whySecret } from '../descriptor/shown-address.ts'
import type { Db } from '../ledger/database.ts'
import { type AskedList, bundledAlone, type ListHealth, listHealth } from '../ledger/lists/list-health.ts'
import { matchingEntries } from '../ledger/lists/list-variants.ts'
import { readLists } from '../ledger/lists/lists.ts'
import { readRevisions } from '../ledger/revisions.ts'
import type { Category } from '../screening/types.ts'
import { type Match, matchParty } from '../screening/watchlist.ts'

/** `unknown` is never the same as `clear`. */
export type Verdict = 'clear' | 'listed' | 'unknown'

export interface PreCheck {
  /**
   * The address as it was given, without what it was taken out of (the notes say that). What may be a key or a seed phrase is
   * not repeated (`shownAddress`).
   */
  address: string
  verdict: Verdict
  /** Why it is `unknown`. */
  reason: string | null
  /** `null`: not readable as an address. */
  key: Key | null
  family: string | null
  /** Entries in force that match the address. */
  matches: {
    listId: string
    category: Category
    entryKey: Key
    basis: MatchBasis
    address: string
    subject: string | null
    /** The parties' ids as the publisher has them. */
    subjectIds: readonly string[]
    programs: readonly string[]
    listedOn: string | null
  }[]
  /** Why the lists could not vouch for an address that is not in them, also of one that is listed. */
  doubts: readonly string[]
  /** What else a person should know. */
  notes: string[]
  /** The list revision that answered. */
  revision: number
  /** The lists that answered: of each its publisher's date, and whether it can vouch for what is not in it. */
  lists: AnsweringList[]
}

export interface AnsweringList extends Pick<ListHealth, 'id' | 'issuedOn' | 'state'> {
  /** The list revision that activated its version; `null` where none is. */
  revision: number | null
  /** When it was last checked, ISO-8601. */
  checkedAt: string | null
  /** SHA-256 of its version in force. */
  snapshot: string | null
}

/** An address with what is said of it alone. */
export interface PreCheckSubject {
  address: string
  asset?: string | null | undefined
  chain?: PreCheckChain | null | undefined
}

/** Which chain a pre-check is for, where it is given. */
export interface PreCheckChain {
  id: string
  type: 'evm' | 'bitcoin'
  /** Of a Bitcoin chain. */
  network?: BitcoinNetwork
}

/**
 * Checks whether an address is listed, before something is sent to it.
 *
 * @param subjects addresses; with an asset or chain of their own, those count.
 * @param options.asset the asset that would be sent: decides between families that share an encoding. An unknown one is a note in the result.
 * @param options.symbols of the chains and tokens that are configured: assets that are known besides the usual ones.
 * @param options.lists those that must be fresh, such as the lists of a config; `null` for every list the ledger knows.
 * @param options.chain the chain it would be used on.
 * @param options.networks the Bitcoin networks that are in use: an address of another is `unknown`. The main network where there are none.
 * @param options.doubt why nothing can be clear now, whatever the lists say; none where not given.
 * @param options.at now, ISO-8601.
 * @example
 * const db = openLedgerForReading('chainscreen.db')
 * const [check] = preCheck(db, ['0x098B716B8Aaf21512996dC57EB0615e2383E2f96'], {
 *   ...{ asset: null, chain: null, lists: null },
 *   at: new Date().toISOString(),
 * })
 * check?.verdict // 'listed', 'clear' or 'unknown'
 */
export function preCheck(
  db: Db,
  subjects: readonly (string | PreCheckSubject)[],
  options: {
    asset: string | null
    symbols?: readonly string[]
    chain: PreCheckChain | null
    networks?: readonly BitcoinNetwork[]
    lists: readonly AskedList[] | null
    doubt?: string | null
    at: string
  },
): PreCheck[] {
  // One moment for all of it: a list may change meanwhile.
  return db.transaction(() => {
    const trust = trustIn(db, options.lists, options.at)
    const doubts = options.doubt ? [options.doubt, ...trust.stale] : trust.stale
    const given = subjects.map((subject) => (typeof subject === 'string' ? { address: subject } : subject))
    const phrase = wordsOfPhrase(given.map(({ address }) => address))
    return given.map(({ address, asset = options.asset, chain = options.chain }) => {
      if (phrase.has(address)) return wordOfPhrase(trust)
      const terms = { ...options, asset, chain }
      const check = checkOne(db, address, { ...trust, stale: doubts }, terms)
      return { ...check, notes: [...check.notes, ...assetNotes(terms)] }
    })
  })()
}

/** An asset that nobody heeds may be a mistyped one, and the answer is not of what was meant. */
function assetNotes({
  asset,
  symbols = [],
}: {
  asset: string | null
  symbols?: readonly string[]
}): string[] {
  if (asset === null || isKnownAsset(asset, symbols)) return []
  return [
    `asset "${shownAddress(asset)}" is not known and was ignored: the address was read by its format alone`,
  ]
}

/** How far the lists can be trusted. */
interface Trust {
  /** Why they can't vouch for an address that is not in them. */
  stale: readonly string[]
  warnings: readonly string[]
  answer: Pick<PreCheck, 'revision' | 'lists'>
}

function trustIn(db: Db, wanted: readonly AskedList[] | null, at: string): Trust {
  const health = listHealth(db, wanted, at)
  // What was taken out of the config stays in force, and answers too.
  const others = listHealth(db, null, at).filter(({ id }) => !health.some((list) => list.id === id))
  const alone = bundledAlone(db, wanted, at)
  const known = new Map(readLists(db).map((list) => [list.id, list]))
  const warnings = [...health.flatMap(({ warning }) => warning ?? []), ...(alone === null ? [] : [alone])]
  return {
    stale: health.length === 0 ? ['no list is loaded'] : health.flatMap(({ problem }) => problem ?? []),
    warnings: warnings.map((text) => `warning: ${text}`),
    answer: {
      revision: readRevisions(db).list,
      lists: [...health, ...others].map(({ id, issuedOn, state }) => {
        const list = known.get(id)
        return {
          ...{ id, issuedOn, state, revision: list?.revision ?? null },
          ...{ checkedAt: list?.checked_at ?? null, snapshot: list?.active_snapshot ?? null },
        }
      }),
    },
  }
}

/** A word of a seed phrase that a shell took apart. */
function wordOfPhrase({ answer }: Trust): PreCheck {
  return unreadable('(a word, not shown)', seedPhraseAsAddress, answer)
}

function unreadable(address: string, reason: string, answer: Trust['answer']): PreCheck {
  const unread = { key: null, family: null, matches: [], doubts: [reason], notes: [reason] }
  return { address, verdict: 'unknown', reason, ...unread, ...answer }
}

function checkOne(
  db: Db,
  given: string,
  { stale, warnings, answer }: Trust,
  options: { asset: string | null; chain: PreCheckChain | null; networks?: readonly BitcoinNetwork[] },
): PreCheck {
  const parsed = readPasted(given, { asset: options.asset })
  if (!parsed.ok) {
    const why = whySecret(given) ?? `not readable as an address: ${parsed.reason}`
    return unreadable(shownAddress(given), why, answer)
  }
  const { address, took } = parsed
  const family = keyFamily(parsed.key)
  const variants = holderVariants(parsed.key)
  const matched = matchParty({ lookup: (key) => matchingEntries(db, key) }, { key: parsed.key, variants })
  const all = matched.filter(({ entry }) => entry.category !== 'canary')
  const inForce = all.filter(({ entry }) => entry.intervals.at(-1)?.to === null)
  const misfit =
    options.chain === null ? strangeNetwork(parsed, options.networks ?? []) : misfitOf(parsed, options.chain)
  const notes = [
    ...(took === null ? [] : [`taken from ${took}`]),
    ...removedNotes(all),
    ...familyNotes(family, options.chain),
    ...(misfit === null ? [] : [misfit]),
  ]
  const doubts = [...(misfit === null ? [] : [misfit]), ...stale]
  const verdict = inForce.length > 0 ? 'listed' : doubts.length > 0 ? 'unknown' : 'clear'
  return {
    address,
    verdict,
    reason: verdict === 'unknown' ? doubts.join('; ') : null,
    key: parsed.key,
    family,
    matches: inForce.map(({ entry, basis }) => ({
      listId: entry.listId,
      category: entry.category,
      entryKey: entry.key,
      basis,
      address: entry.address,
      subject: entry.subject,
      subjectIds: entry.subjectIds,
      programs: entry.programs,
      listedOn: entry.listedOn,
    })),
    doubts,
    notes: [...notes, ...stale, ...(verdict === 'listed' ? [] : warnings)],
    ...answer,
  }
}

/** Why an address is none of a chain; `null` where it is one. What is sent there by that text arrives nowhere, or elsewhere. */
function misfitOf(
  { key, text, address }: { key: Key; text: string; address: string },
  { id, type, network }: PreCheckChain,
): string | null {
  const family = keyFamily(key)
  if (family !== type) return `an address of family ${family} is no address of chain ${id}`
  // A script as such is of every network.
  if (network === undefined || address.startsWith('script:')) return null
  if (text === addressText(key, network)) return null
  return `an address of ${networksOf(key, text)} is no address of chain ${id}, which is ${network}`
}

/** The same where no chain is asked for: the lists say nothing of a test network that nobody uses. */
function strangeNetwork(
  { key, text, address }: { key: Key; text: string; address: string },
  used: readonly BitcoinNetwork[],
): string | null {
  const networks: readonly BitcoinNetwork[] = used.length > 0 ? used : ['mainnet']
  if (keyFamily(key) !== 'bitcoin' || address.startsWith('script:')) return null
  if (networks.some((network) => text === addressText(key, network))) return null
  const why =
    used.length > 0 ? `the chains of the config are ${used.join(' and ')}` : 'no Bitcoin chain is configured'
  return `an address of ${networksOf(key, text)}, a Bitcoin network that is not in use here: ${why}`
}

function networksOf(key: Key, text: string): string {
  const networks = Object.keys(bitcoinPrefixes) as BitcoinNetwork[]
  return networks.filter((other) => addressText(key, other) === text).join(' or ')
}

function removedNotes(matches: readonly Match[]): string[] {
  return matches
    .filter(({ entry }) => entry.intervals.at(-1)?.to !== null)
    .map(({ entry }) => `was on ${entry.listId} until ${entry.intervals.at(-1)?.to}`)
}

function familyNotes(family: string, chain: PreCheckChain | null): string[] {
  const watched = family === 'evm' || family === 'bitcoin'
  return watched || chain !== null
    ? []
    : [`chainscreen does not watch ${family} chains: only the lists were asked`]
}

/**
 * Tickers that say which chain an address is of, or could be: OFAC's (`Digital Currency Address - X`, as of 2025-11-19), and
 * the money of the other families of addresses. `XVG` decides between encodings; the others are only no mistake.
 */
const tickers = new Set([
  ...['ARB', 'BCH', 'BNB', 'BSC', 'BSV', 'BTG', 'DASH', 'ETC', 'ETH', 'LTC', 'SOL', 'TRX', 'USDC', 'USDT'],
  ...['XBT', 'XMR', 'XRP', 'XVG', 'ZEC'],
  ...['BTC', 'DOGE', 'VERGE'],
])

/**
 * Whether a ticker is one that chainscreen knows, in any letter case.
 *
 * @param symbols those of the chains and tokens that are configured.
 */
function isKnownAsset(ticker: string, symbols: readonly string[]): boolean {
  const text = ticker.trim().toUpperCase()
  return tickers.has(text) || symbols.some((symbol) => symbol.toUpperCase() === text)
}
