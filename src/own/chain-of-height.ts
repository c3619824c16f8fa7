import { keyFamily } from '../address/key.ts'
import { readPasted } from '../address/read-pasted.ts'
import type { ChainConfig } from '../config/chains.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import type { WatchedFamily } from './own-row.ts'

/**
 * The one chain that `--since HEIGHT` is a height of.
 *
 * @param chain a chain's id; `''` where it was not said. @param family of the addresses, where it is known.
 * @throws ChainscreenError `usage` where it is no chain of the config, or could be several.
 */
export function chainOfHeight(
  chains: readonly ChainConfig[],
  chain: string,
  family: WatchedFamily | null,
): ChainConfig {
  const fitting = chains.filter(
    ({ id, type }) => (chain === '' || id === chain) && (family === null || type === family),
  )
  const [only] = fitting
  if (only !== undefined && fitting.length === 1) return only
  throw new ChainscreenError('usage', `Nothing was added: ${whyNot(chains, chain, fitting)}`)
}

function whyNot(chains: readonly ChainConfig[], chain: string, fitting: readonly ChainConfig[]): string {
  const namesOf = (some: readonly ChainConfig[]) => some.map(({ id }) => id).join(', ') || 'none'
  if (fitting.length > 0)
    return `--since is a height of one chain, and these fit: ${namesOf(fitting)}. Say which with --chain.`
  if (chain === '') return '--since is a height of a chain, and the config has none that fits.'
  const named = chains.find(({ id }) => id === chain)
  return named === undefined
    ? `no chain of the config is named ${JSON.stringify(chain)}; it has: ${namesOf(chains)}.`
    : `chain ${chain} is of type ${named.type}, and the addresses are not.`
}

/** The family of all these addresses; `null` where they have several, or one can't be read. */
export function familyOf(addresses: readonly string[]): WatchedFamily | null {
  const families = new Set(
    addresses.map((address) => {
      const parsed = readPasted(address)
      return parsed.ok ? keyFamily(parsed.key) : null
    }),
  )
  const [only = null] = families
  return families.size === 1 && (only === 'evm' || only === 'bitcoin') ? only : null
}
