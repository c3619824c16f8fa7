import type { MatchBasis } from '../address/basis.ts'
import type { Level, Role, Tag } from './types.ts'

/**
 * How much an alert asks of a person. `high`: exactly the listed address, as the source or the destination.
 * `low`: a bystander, or a transfer that costs nothing to fake. `medium`: everything between.
 *
 * @param ownSigned what we signed is ours: an unknown asset then lowers nothing.
 */
export function levelOf(match: MatchBasis, role: Role, tags: readonly Tag[], ownSigned: boolean): Level {
  if (role === 'co-recipient') return 'low'
  if (tags.some((tag) => tag !== 'unknown-asset' || !ownSigned)) return 'low'
  return match === 'exact' && (role === 'source' || role === 'destination') ? 'high' : 'medium'
}
