import type { BitcoinNetwork } from '../address/network.ts'
import type { ChainConfig } from '../config/chains.ts'
import { defaultGap, largestGap, smallestGap, windowEnd } from '../descriptor/derive.ts'
import { type Descriptor, refuseDescriptor } from '../descriptor/descriptor.ts'
import { type BranchUse, otherBranch, parseDescriptor } from '../descriptor/parse-descriptor.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import { type Db, inTransaction } from '../ledger/database.ts'
import { noteUsed } from '../ledger/own/own-branches.ts'
import { addDescriptor, findDescriptor } from '../ledger/own/own-descriptors.ts'
import { inTurn } from '../ledger/write-turns.ts'
import { checkOwnWords, type OwnKind, quoted } from './own-row.ts'
import { shortWindows, type WidenOptions, widenWindows } from './widen-windows.ts'

/** What is said of a descriptor when it is added. What is not said of one that is there already stays as it is. */
export interface DescriptorWords {
  kind?: string | undefined
  reference?: string | undefined
  /** `''`: every Bitcoin chain. */
  chain: string
  gap?: number | undefined
  /** How many addresses of each branch are in use already. */
  issued?: number | undefined
}

/** More would take hours to derive. */
const mostIssued = 20_000_000

/**
 * Adds a descriptor and derives the addresses that it begins with. When it ends half-way, the next step of a daemon, or
 * adding it again, goes on.
 *
 * @returns its checksum.
 * @throws ChainscreenError `usage`, without a word of the descriptor.
 */
export async function addOwnDescriptor(
  db: Db,
  written: string,
  words: DescriptorWords,
  chains: readonly ChainConfig[],
  options: WidenOptions & { record?: (target: string) => void },
): Promise<string> {
  const descriptor = parseDescriptor(written)
  const { text, checksum, branches, isRange } = descriptor
  const { id: chainId, network } = chainFor(descriptor, words.chain, chains)
  const known = findDescriptor(db, text, words.chain)
  const gap = isRange ? (words.gap ?? known?.gap ?? defaultGap) : 0
  checkNumbers(descriptor, words, gap)
  const { kind = known?.kind ?? 'deposit', reference = known?.reference ?? '' } = words
  const wrong = checkOwnWords({ kind, reference }, quoted)
  if (wrong !== null) throw new ChainscreenError('usage', `Nothing was added: ${wrong}.`)
  const used = isRange && words.issued !== undefined && words.issued > 0 ? words.issued - 1 : null
  const row = {
    ...{ checksum, descriptor: text, chain: words.chain, network },
    ...{ kind: kind as OwnKind, reference, gap },
  }
  const derivation = { branches, asked: isRange ? windowEnd(used, gap) : 1, used }
  const record = () => options.record?.(`#${checksum}`)
  await inTurn(db, () => addDescriptor(db, row, derivation, options.now(), record))
  const short = () => shortWindows(db, chainId, [])
  for (let windows = short(); windows.length > 0; windows = short()) {
    await widenWindows(db, windows, { ...options, asked: true })
  }
  await inTurn(db, () => inTransaction(db, () => noteUsed(db, chainId, [])))
  return checksum
}

/** The branch that neither a descriptor nor another one that was added has: what is paid there is a stranger's. */
export function missingBranch(db: Db, written: string, chain: string): BranchUse | null {
  const other = otherBranch(parseDescriptor(written))
  // One that is own on every Bitcoin chain is own on this one.
  const isKnown = other?.texts.some((text) =>
    ['', chain].some((where) => findDescriptor(db, text, where) !== undefined),
  )
  return other === null || isKnown ? null : other.use
}

function checkNumbers({ isRange }: Descriptor, { gap: asked, issued }: DescriptorWords, gap: number): void {
  if (!isRange) {
    if (asked !== undefined || issued !== undefined) {
      refuseDescriptor('it has no /* at the end: it stands for one address, and has no gap')
    }
    return
  }
  if (!Number.isInteger(gap) || gap < smallestGap || gap > largestGap) {
    refuseDescriptor(`its gap limit is ${gap}, expected ${smallestGap} to ${largestGap}`)
  }
  if (issued !== undefined && (!Number.isInteger(issued) || issued > mostIssued)) {
    refuseDescriptor(`${issued} addresses are said to be in use, expected at most ${mostIssued}`)
  }
}

/** The chain whose network the keys are for: it decides how addresses are written. */
function chainFor(
  { network }: Descriptor,
  chain: string,
  chains: readonly ChainConfig[],
): { id: string; network: BitcoinNetwork } {
  const bitcoin = chains.flatMap((one) =>
    one.type === 'bitcoin' && (chain === '' || one.id === chain) ? [one] : [],
  )
  const fitting = bitcoin.filter(
    (one) => network === null || (one.network === 'mainnet') === (network === 'mainnet'),
  )
  const [only] = fitting
  if (only !== undefined && fitting.length === 1) return only
  const names = bitcoin.map((one) => `${one.id} (${one.network})`).join(', ')
  if (bitcoin.length === 0) {
    return refuseDescriptor(
      chain === ''
        ? 'the config has no Bitcoin chain'
        : `no Bitcoin chain of the config is named ${JSON.stringify(chain)}`,
    )
  }
  if (fitting.length > 1) return refuseDescriptor(`it fits several chains: say which with --chain: ${names}`)
  return refuseDescriptor(
    network === 'mainnet'
      ? `its keys are for the main network (xpub), and the config has ${names}`
      : `its keys are for a test network (tpub), and the config has ${names}`,
  )
}
