import { describe, expect, it, vi } from 'vitest'
import { parseAddress } from '../../../src/address/parse.ts'
import { configSchema } from '../../../src/config/schema.ts'
import { examine } from '../../../src/doctor/doctor.ts'
import { readAudit } from '../../../src/ledger/audit.ts'
import { all } from '../../../src/ledger/database.ts'
import { pendingLookback } from '../../../src/ledger/own/lookbacks.ts'
import { retireOwnAddresses } from '../../../src/ledger/own/own-addresses.ts'
import { ownSourceHealth } from '../../../src/ledger/own/own-source-health.ts'
import { readOwnSource } from '../../../src/ledger/own/own-sources.ts'
import { removeOwnAddresses } from '../../../src/ledger/own/remove-own.ts'
import { cableTo } from '../../postgres/away.ts'
import { hasPostgres, type TestDatabase, testDatabase } from '../../postgres/cluster.ts'
import { address, day, owned, references, type Watched, watched } from './fixtures.ts'

const query = 'select address, kind, reference, seq from wallets where seq > $1'

/** The exchange's table, with these rows. */
async function exchange(...rows: [seq: number, address: string, reference: string][]): Promise<TestDatabase> {
  const database = await testDatabase()
  await database.query(
    `create table wallets (seq bigint, address text, kind text default 'deposit', reference text, nationality text)`,
  )
  for (const row of rows) await insert(database, ...row)
  return database
}

const insert = (database: TestDatabase, seq: number | string, wallet: string, reference: string) =>
  database.query('insert into wallets (seq, address, reference) values ($1, $2, $3)', [
    seq,
    wallet,
    reference,
  ])

function source(database: TestDatabase, keys: object = {}) {
  return { id: 'exchange', type: 'postgres', url: database.url, query, every: '1s', ...keys }
}

/** Asks once, as a daemon does that is started and stopped. */
async function ask({ start }: Watched): Promise<void> {
  const sources = start()
  await sources.loaded
  await sources.stop()
}

const keyOf = (text: string) => {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(parsed.reason)
  return parsed.key
}

describe.skipIf(!hasPostgres)('own addresses from a PostgreSQL database', () => {
  it('are what the query answers, each once, also on the next ask', async () => {
    const database = await exchange(
      [1, address(1), 'a'],
      [2, 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', 'b'],
    )
    const daemon = watched([source(database)])
    await ask(daemon)
    await ask(daemon)
    expect(owned(daemon.db)).toEqual([
      { address: address(1), kind: 'deposit', reference: 'a', chain: '' },
      { address: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', kind: 'deposit', reference: 'b', chain: '' },
    ])
    expect(readOwnSource(daemon.db, 'exchange')).toMatchObject({ position: 2n, failure: null })
    expect(readAudit(daemon.db)).toMatchObject([
      { actor: 'chainscreen', action: 'own.imported', target: 'exchange', data: '{"added":2,"changed":0}' },
    ])
  })

  it('come while the daemon runs', async () => {
    const database = await exchange([1, address(1), 'a'])
    const daemon = watched([source(database)])
    await daemon.start().loaded
    await insert(database, 2, address(2), 'b')
    await vi.waitFor(() => expect(references(daemon.db)).toEqual(['a', 'b']), 10_000)
  })

  it('of a chain alone are own there alone', async () => {
    const database = await exchange([1, address(1), 'a'])
    const onOne = `select address, kind, reference, seq, 'ethereum' as chain from wallets where seq > $1`
    const daemon = watched([source(database, { query: onOne })])
    await ask(daemon)
    expect(owned(daemon.db)).toMatchObject([{ reference: 'a', chain: 'ethereum' }])
  })

  it('that were committed late are found within the overlap, and below it once a day', async () => {
    const database = await exchange([100, address(1), 'first'])
    const daemon = watched([source(database, { overlap: 20 })])
    await ask(daemon)
    await insert(database, 80, address(2), 'late')
    await insert(database, 79, address(3), 'too late')
    await ask(daemon)
    expect(references(daemon.db)).toEqual(['first', 'late'])
    daemon.clock.now = '2026-03-02T11:59:59.999Z'
    await ask(daemon)
    expect(references(daemon.db)).toEqual(['first', 'late'])
    daemon.clock.now = '2026-03-02T12:00:00.000Z'
    await ask(daemon)
    expect(references(daemon.db)).toEqual(['first', 'late', 'too late'])
  })

  it('have sequence numbers of 64 bits', async () => {
    const database = await exchange()
    await insert(database, '9223372036854775806', address(1), 'a')
    const daemon = watched([source(database, { overlap: 0 })])
    await ask(daemon)
    await insert(database, '9223372036854775807', address(2), 'b')
    await ask(daemon)
    expect(references(daemon.db)).toEqual(['a', 'b'])
    expect(readOwnSource(daemon.db, 'exchange')?.position).toBe(9223372036854775807n)
  })

  it('change their words by a new row, or in place within a day', async () => {
    const database = await exchange([1, address(1), 'a'], [2, address(2), 'b'])
    const daemon = watched([source(database)])
    await ask(daemon)
    await insert(database, 3, address(1), 'a2')
    await database.query(`update wallets set reference = 'b2' where seq = 2`)
    await ask(daemon)
    expect(references(daemon.db)).toEqual(['a2', 'b'])
    daemon.clock.now = '2026-03-02T12:00:00.000Z'
    await database.query('delete from wallets where seq = 1')
    await ask(daemon)
    expect(references(daemon.db)).toEqual(['a2', 'b2'])
  })

  it.each(['seq', 'seq desc'])(
    'have the words of the highest seq, look after look, in the order %s',
    async (order) => {
      const database = await exchange([1, address(1), 'z'], [2, address(1), 'a'], [3, address(2), 'b'])
      const daemon = watched([source(database, { query: `${query} order by ${order}`, overlap: 0 })])
      await ask(daemon)
      expect(references(daemon.db)).toEqual(['a', 'b'])
      for (const [day, added] of ['02', '03', '04'].entries()) {
        daemon.clock.now = `2026-03-${added}T12:00:00.000Z`
        await ask(daemon)
        expect(references(daemon.db)).toEqual([day > 0 ? 'a2' : 'a', 'b'])
        if (day > 0) continue
        await insert(database, 4, address(1), 'a3')
        await insert(database, 5, address(1), 'a2')
        await ask(daemon)
        expect(references(daemon.db)).toEqual(['a2', 'b'])
      }
      expect(readAudit(daemon.db).map(({ data }) => data)).toEqual([
        '{"added":2,"changed":0}',
        '{"added":0,"changed":1}',
      ])
    },
  )

  it('of a late row do not go before those of a higher seq that were read', async () => {
    const database = await exchange([100, address(1), 'a'])
    const daemon = watched([source(database)])
    await ask(daemon)
    await insert(database, 90, address(1), 'late')
    await ask(daemon)
    daemon.clock.now = '2026-03-02T12:00:00.000Z'
    await ask(daemon)
    expect(references(daemon.db)).toEqual(['a'])
  })

  it('in one place twice have the same words in every look', async () => {
    const database = await exchange([1, address(1), 'a'], [1, address(1), 'b'])
    for (const order of ['reference', 'reference desc']) {
      const daemon = watched([source(database, { query: `${query} order by ${order}` })])
      await ask(daemon)
      daemon.clock.now = '2026-03-02T12:00:00.000Z'
      await ask(daemon)
      expect(references(daemon.db)).toEqual(['b'])
    }
  })

  it.each(['9223372036854775808', '-9223372036854775809', '1.5', 'x'])(
    'with the seq %s, which is no whole number of 64 bits, are refused',
    async (seq) => {
      const database = await exchange([1, address(1), 'a'])
      const text = `select address, kind, reference, '${seq}'::text as seq from wallets where seq > $1`
      const daemon = watched([source(database, { query: text })])
      await ask(daemon)
      expect(readOwnSource(daemon.db, 'exchange')?.failure).toContain('a seq that is no whole number')
      expect(references(daemon.db)).toEqual([])
    },
  )

  it('stay retired, and stay removed, although the query still answers them', async () => {
    const database = await exchange([1, address(1), 'a'], [2, address(2), 'b'])
    const daemon = watched([source(database)])
    await ask(daemon)
    await retireOwnAddresses(daemon.db, [keyOf(address(1))], daemon.clock.now)
    await removeOwnAddresses(daemon.db, [keyOf(address(2))], {
      actor: 'A. Person',
      note: null,
      at: daemon.clock.now,
    })
    daemon.clock.now = '2026-03-02T12:00:00.000Z'
    await insert(database, 3, address(3), 'c')
    await ask(daemon)
    expect(
      all(daemon.db, 'select reference, retired_at from own_addresses where removed_at is null'),
    ).toEqual([
      { reference: 'a', retired_at: `${day}12:00:00.000Z` },
      { reference: 'c', retired_at: null },
    ])
    expect(ownSourceHealth(daemon.db, ['exchange'], daemon.clock.now)).toMatchObject([
      { problem: null, note: expect.stringMatching(/1 row not taken, the first is row 2: .*own remove/) },
    ])
  })

  it('are taken although another row is no address, which health tells until it is repaired', async () => {
    const database = await exchange([1, address(1), 'a'], [7, 'TXsmKpEuW7qWnXzJLGP9eDLvWPR2GRn1FS', 'tron'])
    const daemon = watched([source(database)])
    await ask(daemon)
    await ask(daemon)
    expect(references(daemon.db)).toEqual(['a'])
    expect(ownSourceHealth(daemon.db, ['exchange'], daemon.clock.now)).toMatchObject([
      {
        badRows: 1,
        problem: expect.stringContaining('own source exchange: 1 row not taken, the first is row 7: address'),
      },
    ])
    await database.query('update wallets set address = $1 where seq = 7', [address(7)])
    await ask(daemon)
    expect(references(daemon.db)).toEqual(['a', 'tron'])
    expect(ownSourceHealth(daemon.db, ['exchange'], daemon.clock.now)).toMatchObject([
      { badRows: 0, problem: null },
    ])
  })

  it('that are none are logged once, until there are others', async () => {
    const database = await exchange([1, address(1), 'a'], [7, 'nonsense', 'x'])
    const daemon = watched([source(database)])
    const told = () => daemon.lines.filter((line) => /no own addresses|own addresses again/.test(line))
    await daemon.start().loaded
    let looks = 0
    const look = async () => {
      looks++
      await insert(database, 100 + looks, address(100 + looks), `look-${looks}`)
      await vi.waitFor(() => expect(references(daemon.db)).toContain(`look-${looks}`), 10_000)
    }
    await look()
    expect(told()).toHaveLength(1)
    await insert(database, 8, 'nonsense', 'y')
    await look()
    expect(told()).toHaveLength(2)
    expect(told()[1]).toContain('2 rows are no own addresses')
    await database.query('delete from wallets where seq in (7, 8)')
    await look()
    await look()
    expect(told()).toHaveLength(3)
  })

  it.each([
    ['nationality', 'has a column (number 5) that must not be there'],
    ['nationality as "countryOfResidence"', 'has a column (number 5) that must not be there'],
    ['nationality as extra', 'answers a column that is unknown (number 5)'],
    ['seq as seq', 'answers the column seq twice'],
  ])('with the column %s are refused before any row is read', async (column, found) => {
    const database = await exchange([1, address(1), 'a'])
    await database.query(
      `create function unread(seq bigint) returns bigint language plpgsql as $$
       begin raise exception 'a row was read'; end $$`,
    )
    const fatal = `select address, kind, reference, seq, ${column} from
      (select address, kind, reference, nationality, unread(w.seq) as seq from wallets w) wallets where seq > $1`
    const daemon = watched([source(database, { query: fatal })])
    await ask(daemon)
    expect(owned(daemon.db)).toEqual([])
    const [health] = ownSourceHealth(daemon.db, ['exchange'], daemon.clock.now)
    expect(health?.problem).toContain(found)
    expect(health?.problem).not.toMatch(/countryOfResidence|extra/)
  })

  it('are asked for in a transaction that can not write', async () => {
    const database = await exchange([1, address(1), 'a'])
    const writing =
      'with w as (delete from wallets returning *) select address, kind, reference, seq from w where seq > $1'
    await database.query(
      `create function gone() returns boolean language plpgsql as $$ begin delete from wallets; return true; end $$`,
    )
    for (const text of [writing, `${query} and gone()`]) {
      const daemon = watched([source(database, { query: text })])
      await ask(daemon)
      expect(owned(daemon.db)).toEqual([])
    }
    expect(await database.query('select count(*)::int as n from wallets')).toEqual([{ n: 1 }])
  })

  it('survive that the database is away, and go on when it is back', async () => {
    const database = await exchange([1, address(1), 'a'])
    const cable = await cableTo(database.port)
    const url = database.url.replace(`:${database.port}/`, `:${cable.port}/`)
    const daemon = watched([source(database, { url })])
    await daemon.start().loaded
    cable.cut()
    await insert(database, 2, address(2), 'b')
    await vi.waitFor(
      () => expect(readOwnSource(daemon.db, 'exchange')?.failure).toContain('does not answer'),
      10_000,
    )
    expect(references(daemon.db)).toEqual(['a'])
    expect(ownSourceHealth(daemon.db, ['exchange'], daemon.clock.now)).toMatchObject([{ problem: null }])
    expect(ownSourceHealth(daemon.db, ['exchange'], `${day}12:01:00.000Z`)).toMatchObject([
      {
        problem: expect.stringContaining("own source exchange can't be read since 2026-03-01T12:00:00.000Z"),
      },
    ])
    cable.mend()
    await vi.waitFor(() => expect(references(daemon.db)).toEqual(['a', 'b']), 10_000)
    expect(readOwnSource(daemon.db, 'exchange')).toMatchObject({ failure: null, failingSince: null })
    expect(daemon.lines.join('\n')).toContain('it can be read again')
  })

  it('ask for a rescan of all the time in which they may have come unread', async () => {
    const database = await exchange([100, address(1), 'a'])
    const daemon = watched([source(database, { lookback: '2h', overlap: 10 })])
    const since = async (now: string) => {
      daemon.db.exec('delete from own_lookbacks')
      daemon.clock.now = now
      await ask(daemon)
      const asked = pendingLookback(daemon.db, 'ethereum')
      return asked && new Date(asked.since * 1000).toISOString()
    }
    await database.query('alter table wallets rename to away')
    expect(await since('2026-03-01T00:00:00.000Z')).toBeNull()
    await database.query('alter table away rename to wallets')
    expect(await since('2026-03-02T00:00:00.000Z')).toBe('2026-02-28T22:00:00.000Z')
    expect(await since('2026-03-02T10:00:00.000Z')).toBeNull()
    await insert(database, 101, address(2), 'b')
    expect(await since('2026-03-02T11:00:00.000Z')).toBe('2026-03-02T08:00:00.000Z')
    await database.query('alter table wallets rename to away')
    expect(await since('2026-03-02T12:00:00.000Z')).toBeNull()
    await database.query('alter table away rename to wallets')
    await insert(database, 102, address(3), 'c')
    expect(await since('2026-03-08T12:00:00.000Z')).toBe('2026-03-02T09:00:00.000Z')
    // Committed too late for the overlap, so that it is found the next day.
    await insert(database, 50, address(4), 'd')
    expect(await since('2026-03-09T11:00:00.000Z')).toBeNull()
    expect(await since('2026-03-09T12:00:00.000Z')).toBe('2026-03-08T10:00:00.000Z')
  })

  it('stop a start with --once where they were never read, and no later one', async () => {
    const database = await exchange([1, address(1), 'a'])
    const daemon = watched([source(database)])
    await database.query('alter table wallets rename to wallet')
    const failed = daemon.start(true)
    await expect(failed.loaded).rejects.toMatchObject({ code: 'postgres-refused' })
    await database.query('alter table wallet rename to wallets')
    await daemon.start(true).loaded
    await database.query('alter table wallets rename to wallet')
    await daemon.start(true).loaded
    expect(references(daemon.db)).toEqual(['a'])
  })

  it('are asked for anew where the query is another one', async () => {
    const database = await exchange([1, address(1), 'a'], [20_000, address(2), 'b'])
    const path = watched([source(database, { query: `${query} and seq > 10000` })])
    await ask(path)
    const daemon = watched([source(database)], path.db.name)
    await ask(daemon)
    expect(references(daemon.db)).toEqual(['a', 'b'])
  })

  it('come by the ten thousand', async () => {
    const database = await exchange()
    await database.query(
      `insert into wallets (seq, address, reference)
       select n, '0x' || lpad(to_hex(n), 40, '0'), 'u-' || n from generate_series(1, 12345) n`,
    )
    const daemon = watched([source(database)])
    await ask(daemon)
    expect(all(daemon.db, 'select count(*) as n from own_addresses')).toEqual([{ n: 12_345 }])
    expect(readOwnSource(daemon.db, 'exchange')?.position).toBe(12_345n)
  })
})

describe.skipIf(!hasPostgres)('what the database of own addresses answers', () => {
  const told = (daemon: Watched) =>
    [...daemon.lines, JSON.stringify(readOwnSource(daemon.db, 'exchange'))].join('\n')

  it('stands in no log and no table where its password is wrong', async () => {
    const database = await exchange()
    const secret = 'f00dfacef00d'
    const daemon = watched([source(database, { url: database.url.replace(database.password, secret) })])
    await ask(daemon)
    expect(told(daemon)).toContain('SQLSTATE 28P01')
    expect(told(daemon)).not.toContain(secret)
  })

  it('is not quoted where it may hold a row', async () => {
    const database = await exchange([1, address(1), 'Jane Doe born 1990'])
    const cast = 'select address, kind, reference, reference::bigint as seq from wallets where seq > $1'
    const daemon = watched([source(database, { query: cast })])
    await ask(daemon)
    expect(told(daemon)).toContain('SQLSTATE 22P02')
    expect(told(daemon)).not.toContain('Jane')
  })

  it('is looked at by doctor', async () => {
    const database = await exchange([1, address(1), 'a'])
    const check = async (keys: object) => {
      const config = configSchema.parse({ database: '/nonexistent/x.db', own: [source(database, keys)] })
      return (await examine(config, `${day}12:00:00.000Z`)).find(({ what }) => what === 'own source exchange')
    }
    const place = `postgres://${new URL(database.url).host}${new URL(database.url).pathname}`
    expect(await check({})).toMatchObject({ state: 'ok', found: `${place} answers the query` })
    expect(await check({ query: 'select nationality from wallets where seq > $1' })).toMatchObject({
      state: 'fail',
      found: expect.stringContaining('must not be there'),
    })
    expect(await check({ query: 'select nothing from wallets where seq > $1' })).toMatchObject({
      state: 'fail',
      found: `${place} answers with an error: column "nothing" does not exist (SQLSTATE 42703).`,
    })
  })
})
