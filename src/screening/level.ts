import type { MatchBasis } from '../address/basis.ts'
import type { Level, Role, Tag } from './types.ts'

/** Tags that lower a level whoever signed, and whatever the role. */
const cheap: ReadonlySet<Tag> = new Set(['zero-value', 'dust', 'doubtful'])

/**
 * How much an alert asks of a person. `high`: exactly the listed address, as the source or the destination.
 * `low`: a bystander, or a transfer that costs nothing to fake. `medium`: everything between. A token that is itself the
 * listed one is no unknown asset; what an undecoded log moved is not known, so it is never `high`.
 *
 * @param ownSigned what we signed is ours: an unknown asset, or an undecoded log, then lowers nothing.
 * @param isKnown the config names the contract that wrote an undecoded log.
 */
export function levelOf(
  match: MatchBasis,
  role: Role,
  tags: readonly Tag[],
  ownSigned: boolean,
  isKnown = false,
): Level {
  if (role === 'co-recipient' || tags.some((tag) => cheap.has(tag))) return 'low'
  if (role === 'asset') return 'medium'
  if (tags.includes('undecoded')) return ownSigned || isKnown ? 'medium' : 'low'
  if (tags.includes('unknown-asset') && !ownSigned) return 'low'
  return match === 'exact' && (role === 'source' || role === 'destination') ? 'high' : 'medium'
}
