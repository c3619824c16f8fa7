import type { MatchBasis } from '../address/basis.ts'
import { type Tag, tagRules } from './tags.ts'
import type { Level, Role } from './types.ts'

const order: readonly Level[] = ['low', 'medium', 'high']

/**
 * The severity of an alert. `high`: exactly the listed address, as the source or the destination. `low`: a bystander, or what the
 * tags lower ({@link tagRules}). `medium`: everything between.
 *
 * @param ownSigned an own address signed the transaction
 * @param isKnown the config names the contract that wrote an undecoded log
 */
export function levelOf(
  match: MatchBasis,
  role: Role,
  tags: readonly Tag[],
  ownSigned: boolean,
  isKnown = false,
): Level {
  const untagged = role === 'co-recipient' ? 'low' : isDirect(role) && match === 'exact' ? 'high' : 'medium'
  const limits = tags.map((tag): Level => tagRules[tag].highest({ role, ownSigned, isKnown }))
  return lowest([untagged, ...limits])
}

function isDirect(role: Role): boolean {
  return role === 'source' || role === 'destination'
}

function lowest(levels: readonly Level[]): Level {
  return levels.reduce((lower, level) => (order.indexOf(level) < order.indexOf(lower) ? level : lower))
}
