import type { Entity } from './entity.ts'

/**
 * The topics that call a wallet sanctioned by themselves. Whole topics: `sanction.linked` (somebody near is sanctioned)
 * and `sanction.counter` (a country's answer to sanctions) are others. Source: https://www.opensanctions.org/docs/topics/
 */
const sanctioned: ReadonlySet<string> = new Set(['sanction', 'crime.terror'])

/** A CryptoWallet, as far as it is kept. */
export interface Wallet {
  id: string
  publicKeys: readonly string[]
  accountIds: readonly string[]
  exchanges: readonly string[]
  currency: string | null
  holders: readonly string[]
  datasets: readonly string[]
  firstSeen: string | null
  /** What OpenSanctions says of it by itself, without a Sanction. */
  claim: 'sanctioned' | 'other' | 'none'
  /** One of its topics is `sanction`, which OpenSanctions gives to what is sanctioned at the time of the file. */
  isCalledSanctioned: boolean
}

export function readWallet(entity: Entity): Wallet {
  const topics = entity.all('properties.topics')
  return {
    id: entity.id,
    publicKeys: entity.all('properties.publicKey'),
    accountIds: entity.all('properties.accountId'),
    exchanges: entity.all('properties.managingExchange'),
    currency: entity.all('properties.currency')[0] ?? null,
    holders: entity.all('properties.holder'),
    datasets: entity.all('datasets'),
    firstSeen: entity.all('first_seen')[0] ?? null,
    claim: topics.some((topic) => sanctioned.has(topic))
      ? 'sanctioned'
      : topics.length > 0
        ? 'other'
        : 'none',
    isCalledSanctioned: topics.includes('sanction'),
  }
}
