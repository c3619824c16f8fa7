import type { KeyNetwork } from './extended-key.ts'
import type { KeyExpression } from './parse-key.ts'

/** A script for one key, or for k of n keys. */
export type Policy =
  | { kind: 'key'; key: KeyExpression }
  | { kind: 'multi'; required: number; sorted: boolean; keys: readonly KeyExpression[] }

/** How the policy is wrapped into a scriptPubKey. */
export type Wrapping = 'pkh' | 'wpkh' | 'sh-wpkh' | 'tr' | 'sh' | 'wsh' | 'sh-wsh'

/** An output descriptor (BIP 380) that was understood: where scripts, and with them addresses, are derived from. */
export interface Descriptor {
  /** As it is stored: hardened steps of origins written `h`, without the checksum. Tells all addresses: never to be printed. */
  text: string
  /** BIP 380, over `text`. Names the descriptor in messages. */
  checksum: string
  wrapping: Wrapping
  policy: Policy
  /** The network that its extended keys are for; `null` where it has none. */
  network: KeyNetwork | null
  /** How many branches a `<0;1>` step makes (BIP 389); 1 without one. */
  branches: number
  /** False: it stands for one address a branch, not for a range. */
  isRange: boolean
}
