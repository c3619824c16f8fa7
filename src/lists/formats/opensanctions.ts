import { ChainscreenError } from '../../errors.ts'
import type { ListFormat, ParsedList } from '../types.ts'
import { Collector } from './collector.ts'
import { currentDay } from './is-date.ts'
import { holderSchemas, readEntity } from './opensanctions/entity.ts'
import { LatestDay } from './opensanctions/latest-day.ts'
import { publication } from './opensanctions/publication.ts'
import { combineSanctions, readSanction, type Sanction } from './opensanctions/sanction.ts'
import { Spill } from './opensanctions/spill.ts'
import { readWallet, type Wallet } from './opensanctions/wallet.ts'
import { countUnreadable, DateReader, isoDay } from './publisher-date.ts'
import { readLines } from './read-lines.ts'

/**
 * A dataset of OpenSanctions, `entities.ftm.json`: one entity a line, up to gigabytes, in no order that could be
 * relied on. CryptoWallets are joined with their holders' names and with the Sanctions on either. A stream is read
 * once, and which names are needed shows only at its end: so wallets (thousands) are kept, and of every possible
 * holder and Sanction a small record is put by ({@link Spill}: on disk beyond 8 MB) and looked at again.
 *
 * A wallet is taken where it is sanctioned: by a Sanction on it or its holder, by its topics, or where nothing says
 * otherwise. Wallets that are only, say, `crime.theft` are counted and left out: this category is sanctions.
 */
export const opensanctions: ListFormat = {
  id: 'opensanctions',
  version: 7,
  category: 'sanctions',
  listedOnIsPublished: false,
  publication,
  async parse(input, today = currentDay(), recognised = () => {}) {
    const wallets: Wallet[] = []
    const ids = new Set<string>()
    const records = new Spill()
    let entities = 0
    const seen = new LatestDay(today)
    try {
      for await (const line of readLines(input)) {
        const entity = readEntity(line)
        if (entities++ === 0) recognised()
        seen.add(isoDay(entity.all('last_seen')[0] ?? ''))
        if (entity.schema === 'CryptoWallet') {
          if (ids.has(entity.id))
            throw bad(`Line ${line.number} is a wallet of before a second time: damaged.`)
          ids.add(entity.id)
          wallets.push(readWallet(entity))
        } else if (entity.schema === 'Sanction')
          await records.add(['sanction', entity.all('properties.entity'), readSanction(entity)])
        else if (holderSchemas.has(entity.schema))
          await records.add(['name', entity.id, entity.all('caption')[0] ?? null])
      }
      if (entities === 0) throw bad('The file is empty; expected a line for each entity.')
      return join(wallets, await lookAgain(wallets, records), entities, {
        asOf: seen.day,
        today,
        toCome: seen.toCome,
      })
    } finally {
      await records.remove()
    }
  },
}

interface Joined {
  names: ReadonlyMap<string, string>
  sanctions: ReadonlyMap<string, readonly Sanction[]>
}

/** What was put by, as far as it belongs to a wallet. */
async function lookAgain(wallets: readonly Wallet[], records: Spill): Promise<Joined> {
  const holders = new Set(wallets.flatMap((wallet) => wallet.holders))
  const wanted = new Set([...holders, ...wallets.map(({ id }) => id)])
  const names = new Map<string, string>()
  const sanctions = new Map<string, Sanction[]>()
  for await (const record of records.all()) {
    if (record[0] === 'name') {
      const [, id, caption] = record as ['name', string, string | null]
      if (caption !== null && holders.has(id)) names.set(id, caption)
      continue
    }
    const [, ids, sanction] = record as ['sanction', string[], Sanction]
    for (const id of ids) {
      if (!wanted.has(id)) continue
      const known = sanctions.get(id)
      if (known === undefined) sanctions.set(id, [sanction])
      else known.push(sanction)
    }
  }
  return { names, sanctions }
}

function join(
  wallets: readonly Wallet[],
  joined: Joined,
  entities: number,
  { asOf, today, toCome }: { asOf: string | null; today: string; toCome: number },
): ParsedList {
  const day = asOf !== null && asOf > today ? today : asOf
  const collector = new Collector()
  const dates = new DateReader()
  let notSanctioned = 0
  for (const wallet of wallets) {
    const own = joined.sanctions.get(wallet.id) ?? []
    const holders = wallet.holders.flatMap((id) => joined.sanctions.get(id) ?? [])
    if (own.length + holders.length === 0 && wallet.claim === 'other') {
      notSanctioned++
      continue
    }
    const about = {
      partyId: wallet.holders[0] ?? wallet.id,
      subject:
        wallet.holders
          .map((id) => joined.names.get(id) ?? '')
          .filter((name) => name !== '')
          .join('; ') || null,
      ...combineSanctions({ own, holders, isCalledSanctioned: wallet.isCalledSanctioned }, day),
      publishedBy: dates.read(wallet.firstSeen ?? undefined, isoDay),
      source: wallet.datasets.join('; ') || null,
    }
    const where = `CryptoWallet ${wallet.id}`
    for (const key of wallet.publicKeys) collector.field(key, wallet.currency, about, where)
    const at = wallet.exchanges.length > 0 ? ` (${wallet.exchanges.join(', ')})` : ''
    const isNothing = wallet.publicKeys.length + wallet.accountIds.length === 0
    for (const raw of isNothing ? [''] : wallet.accountIds)
      collector.noAddress({
        raw,
        reason:
          raw === '' ? 'a wallet without a public key' : `an account at an exchange${at}, and no address`,
        asset: wallet.currency,
        where,
      })
  }
  const counts: Record<string, number> = { entities, wallets: wallets.length, addresses: collector.count }
  if (notSanctioned > 0) counts.walletsNotSanctioned = notSanctioned
  const orders = [...joined.sanctions.values()].flat()
  const unreadable = orders.reduce((sum, each) => sum + each.unreadableDates, dates.unreadable + toCome)
  Object.assign(counts, countUnreadable(unreadable))
  return { issuedOn: asOf, addresses: collector.addresses, unparsed: collector.unparsed, counts }
}

function bad(message: string): ChainscreenError {
  return new ChainscreenError('bad-file', message)
}
