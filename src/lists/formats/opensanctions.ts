import { ChainscreenError } from '../../diagnostics/errors.ts'
import type { ListFormat, ParsedList } from '../types.ts'
import { Collector } from './collector.ts'
import { countUnreadable, currentDay, DateReader, isDayToCome, isoDay } from './dates.ts'
import { holderSchemas, readEntity, readWallet } from './opensanctions/entity.ts'
import { WalletHolders } from './opensanctions/holders.ts'
import { publication } from './opensanctions/index-file.ts'
import { isNeutralId } from './opensanctions/party-ids.ts'
import { combineSanctions, readSanction } from './opensanctions/sanction.ts'
import { readLines } from './read-text.ts'

/**
 * A dataset of OpenSanctions, `entities.ftm.json`: one entity a line, up to gigabytes, in no defined order. CryptoWallets are
 * joined with the names of their holders and with the Sanctions on either. A stream is read once, and which names are needed is
 * known only at its end. So wallets, and a small record of each possible holder and Sanction, wait in {@link WalletHolders}.
 *
 * A wallet is taken where it is sanctioned: by a Sanction on it or its holder, by its topics, or where nothing says
 * otherwise. Wallets that are only, say, `crime.theft` are counted and left out: this category is sanctions.
 */
export const opensanctions: ListFormat = {
  id: 'opensanctions',
  version: 12,
  category: 'sanctions',
  listedOnIsPublished: false,
  ages: { check: '72h', issue: '45d' },
  dated: true,
  page: {
    what: "a dataset's `entities.ftm.json`; the nested form (`targets.nested.json`) is refused",
    taken: "CryptoWallets, joined with their holders' names and with the Sanctions on either",
    dates:
      "`listed_on` is the earliest listing or start date, `removed_on` the day after the last end date, if every order ended before the date of the file; published by the wallet's `first_seen`",
    begins: 'the earliest `listingDate` or `startDate` of the orders in force',
    ends: 'the day after `endDate`, once that day, month or year has passed, unless the wallet itself still has the topic `sanction` or `crime.terror`; or with the first file that lacks the wallet',
    source:
      '`is_active` in [zavod](https://github.com/opensanctions/opensanctions/blob/main/zavod/zavod/helpers/sanctions.py), by `ended_before` in [rigour](https://github.com/opensanctions/rigour/blob/main/rigour/dates.py)',
  },
  publication,
  async parse(input, today = currentDay(), recognised = () => {}, store) {
    const kept = new WalletHolders()
    const seen = new LatestDay(today)
    let entities = 0
    try {
      for await (const line of readLines(input)) {
        const entity = readEntity(line)
        if (entities++ === 0) recognised()
        seen.add(isoDay(entity.all('last_seen')[0] ?? ''))
        if (entity.schema === 'CryptoWallet') {
          if (!(await kept.addWallet(readWallet(entity, line.number))))
            throw bad(`Line ${line.number} is a wallet of before a second time: damaged.`)
        } else if (entity.schema === 'Sanction')
          await kept.addRecord(['sanction', entity.all('properties.entity'), readSanction(entity)])
        else if (holderSchemas.has(entity.schema))
          await kept.addRecord(['name', entity.id, entity.all('caption')[0] ?? null])
      }
      if (entities === 0) throw bad('The file is empty; expected a line for each entity.')
      await kept.assignRecords()
      return await join(kept, new Collector(store), entities, { asOf: seen.day, today, toCome: seen.toCome })
    } finally {
      await kept.remove()
    }
  },
}

async function join(
  kept: WalletHolders,
  collector: Collector,
  entities: number,
  { asOf, today, toCome }: { asOf: string | null; today: string; toCome: number },
): Promise<ParsedList> {
  const day = asOf !== null && asOf > today ? today : asOf
  const dates = new DateReader()
  let [wallets, notSanctioned] = [0, 0]
  for await (const wallet of kept.wallets()) {
    wallets++
    const own = kept.find(wallet.id).sanctions
    const about = wallet.holders.map((id) => kept.find(id))
    const holders = about.flatMap(({ sanctions }) => sanctions)
    if (own.length + holders.length === 0 && wallet.claim === 'other') {
      notSanctioned++
      continue
    }
    const says = {
      subjectIds: collector.ids(wallet.holders.length > 0 ? wallet.holders : [wallet.id], isNeutralId),
      subject:
        about
          .map(({ name }) => name)
          .filter((name) => name !== '')
          .join('; ') || null,
      ...combineSanctions({ own, holders, isCalledSanctioned: wallet.claim === 'sanctioned' }, day),
      publishedBy: dates.read(wallet.firstSeen ?? undefined, isoDay),
      source: wallet.datasets.join('; ') || null,
    }
    const where = isNeutralId(wallet.id) ? `CryptoWallet ${wallet.id}` : `line ${wallet.line}`
    for (const key of wallet.publicKeys) collector.field(key, wallet.currency, says, where)
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
  const counts: Record<string, number> = { entities, wallets, addresses: collector.count() }
  if (notSanctioned > 0) counts.walletsNotSanctioned = notSanctioned
  Object.assign(counts, countUnreadable(dates.unreadable + kept.unreadableDates + toCome))
  return collector.list(asOf, counts)
}

function bad(message: string): ChainscreenError {
  return new ChainscreenError('bad-file', message)
}

/**
 * The latest of the days on which entities were seen, which is the date of the file. Days still to come are no such
 * days: one of the year 2926 would date the whole file.
 */
class LatestDay {
  /** How many were still to come. */
  toCome = 0
  readonly #today: string
  #latest: string | null = null
  #earliestToCome: string | null = null

  /** @param today in UTC. */
  constructor(today: string) {
    this.#today = today
  }

  add(day: string | null): void {
    if (day === null) return
    if (!isDayToCome(day, this.#today)) {
      if (this.#latest === null || day > this.#latest) this.#latest = day
      return
    }
    this.toCome++
    if (this.#earliestToCome === null || day < this.#earliestToCome) this.#earliestToCome = day
  }

  /** Where every day is still to come, the earliest: what is wrong with the file, or the clock, must be seen. */
  get day(): string | null {
    return this.#latest ?? this.#earliestToCome
  }
}
