import { ChainscreenError } from '../../../diagnostics/errors.ts'
import { type Picked, type PickTree, pickJson, withObjects } from '../../../json/pick-json.ts'
import type { Line } from '../read-text.ts'

type NumberedText = Pick<Line, 'number' | 'text'>

/** Everything that is taken from an entity. What stands beside it (nationality, birth, documents, …) is left unread. */
const entityTree = {
  id: 'text',
  caption: 'text',
  schema: 'text',
  datasets: 'texts',
  first_seen: 'text',
  last_seen: 'text',
  properties: {
    publicKey: 'texts',
    accountId: 'texts',
    managingExchange: 'texts',
    currency: 'texts',
    holder: 'texts',
    topics: 'texts',
    entity: 'texts',
    program: 'texts',
    programId: 'texts',
    authorityId: 'texts',
    startDate: 'texts',
    listingDate: 'texts',
    endDate: 'texts',
    // Where the nested form has whole entities; only that there are some is looked at.
    cryptoWallets: 'texts',
    sanctions: 'texts',
  },
} as const satisfies PickTree

/** The schemas of FollowTheMoney that can hold a wallet. Source: https://followthemoney.tech/explorer/schemata/CryptoWallet/ */
export const holderSchemas: ReadonlySet<string> = new Set([
  'Thing',
  'LegalEntity',
  'Person',
  'Organization',
  'Company',
  'PublicBody',
])

export interface Entity {
  id: string
  schema: string
  /** All values at a path of the tree; empty where there are none. */
  all(path: string): readonly string[]
}

/** @throws ChainscreenError `bad-file` naming the line where it is no entity, or one with others inside. */
export function readEntity({ number, text }: NumberedText): Entity {
  const picked = pick({ number, text }, entityTree)
  const all = (path: string) => picked.get(path) ?? []
  const id = all('id')[0]
  const schema = all('schema')[0]
  if (id === undefined || schema === undefined || id === '' || schema === '')
    throw bad(`Line ${number} is no entity of OpenSanctions: it has no "${id ? 'schema' : 'id'}".`)
  const nested = all(withObjects)[0]
  if (nested !== undefined)
    throw bad(
      `Line ${number} has entities inside an entity ("${nested}"): this is the nested form of the dataset (targets.nested.json); load entities.ftm.json instead.`,
    )
  return { id, schema, all }
}

/** Takes from a line what the tree names. @throws ChainscreenError `bad-file` naming the line where it is no JSON object. */
export function pick({ number, text }: NumberedText, tree: PickTree): Picked {
  try {
    return pickJson(text, tree)
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw bad(
      `Line ${number} is no JSON object (${cause.message}): the file is cut or damaged, get it again.`,
    )
  }
}

function bad(message: string): ChainscreenError {
  return new ChainscreenError('bad-file', message)
}

/**
 * The topics that call a wallet sanctioned by themselves. Whole topics: `sanction.linked` (somebody near is sanctioned)
 * and `sanction.counter` (a country's answer to sanctions) are others. Source: https://www.opensanctions.org/docs/topics/
 */
const sanctioned: ReadonlySet<string> = new Set(['sanction', 'crime.terror'])

/** A CryptoWallet, as far as it is kept. */
export interface Wallet {
  id: string
  /** Of the file. */
  line: number
  publicKeys: readonly string[]
  accountIds: readonly string[]
  exchanges: readonly string[]
  currency: string | null
  holders: readonly string[]
  datasets: readonly string[]
  firstSeen: string | null
  /** What OpenSanctions says of it by itself, without a Sanction. */
  claim: 'sanctioned' | 'other' | 'none'
}

export function readWallet(entity: Entity, line: number): Wallet {
  const topics = entity.all('properties.topics')
  return {
    id: entity.id,
    line,
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
  }
}
