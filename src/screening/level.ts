import type { MatchBasis } from '../address/equivalents.ts'
import type { Level, Role } from './types.ts'

/** What decides how far a tag lowers an alert. */
interface TagContext {
  role: Role
  /** An own address signed the transaction. */
  ownSigned: boolean
  /** The config names the contract that wrote an undecoded log. */
  isKnown: boolean
}

interface TagRule {
  /** For docs/decisions.md. */
  meaning: string
  /** The same. */
  lowers: string
  /** The highest level of an alert with this tag. */
  highest(context: TagContext): Level
}

/**
 * Every tag of a transfer: what it means, and what it does to the level of an alert. A tag lowers, and never drops. Whoever signed,
 * a transfer that costs nothing to fake is `low`. A token that is itself listed (role `asset`) is no unknown asset.
 */
export const tagRules = {
  'zero-value': { meaning: 'nothing moved', lowers: 'to `low`', highest: () => 'low' },
  dust: { meaning: 'at most 1,000 sat', lowers: 'to `low`', highest: () => 'low' },
  doubtful: {
    meaning: 'perhaps one movement that the node reported twice',
    lowers: 'to `low`',
    highest: () => 'low',
  },
  'unknown-asset': {
    meaning: 'a token that the config does not name',
    lowers: 'to `low`, unless an own address signed, or the role is `asset`',
    highest: ({ role, ownSigned }) => (ownSigned || role === 'asset' ? 'high' : 'low'),
  },
  undecoded: {
    meaning: 'a log that no decoder knows, and that names one of your addresses',
    lowers:
      'to `medium` if an own address signed, the config names the contract, or the role is `asset`; else to `low`',
    highest: ({ role, ownSigned, isKnown }) => (ownSigned || isKnown || role === 'asset' ? 'medium' : 'low'),
  },
} as const satisfies Readonly<Record<string, TagRule>>

export type Tag = keyof typeof tagRules

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
