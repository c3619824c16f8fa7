import type { Level, Role } from './types.ts'

/** What decides how far a tag lowers an alert. */
export interface TagContext {
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
