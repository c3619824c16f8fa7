import { createHash } from 'node:crypto'
import Database from 'better-sqlite3'
import { bases } from '../../../src/address/equivalents.ts'
import { type Key, keyHex } from '../../../src/address/key.ts'
import { addressText } from '../../../src/address/text.ts'
import { migrations } from '../../../src/ledger/migrate.ts'
import { roles } from '../../../src/screening/types.ts'
import { databaseOf } from '../old-database.ts'

/** The last schema with movements as rows of text. */
export const formerVersion =
  (migrations().find(({ name }) => name.endsWith('-compact-rows.sql'))?.version ?? 0) - 1

const hash = (text: string) => createHash('sha256').update(text).digest('hex')

function keyOf(name: string): Key {
  const digits = hash(name)
  const hex = digits.slice(0, 40)
  switch (Number.parseInt(digits.slice(-2), 16) % 6) {
    case 0:
      return `bitcoin:0014${hex}`
    case 1:
      return `bitcoin:5120${digits}`
    case 2:
      return `bitcoin:76a914${hex}88ac`
    case 3:
      return `bitcoin:21${digits}00ac`
    default:
      return `evm:${hex}`
  }
}

/**
 * A database of before compact rows, with many transactions of every kind: of two chains, in blocks that were reorged out,
 * superseded, with parties that came later; and jobs over them that are not done.
 */
export function formerDatabase(transactions: number): string {
  const path = databaseOf(
    formerVersion,
    `insert into chains (id, caip2, genesis_hash, updated_at) values
       ('e', 'eip155:1', '0x0', '2026-01-01'), ('b', 'bip122:0', '0', '2026-01-01');`,
  )
  const db = new Database(path)
  db.pragma('synchronous = OFF')
  const transaction = db.prepare('insert into transactions values (?, ?, ?, ?, ?, ?, ?, ?)')
  const transfer = db.prepare('insert into transfers values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const party = db.prepare(
    `insert into parties (transaction_id, transfer_id, direction, role, key, address, match_key, match_basis)
     values (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const texts = new Map<Key, string>()
  const textOf = (key: Key, number: number) => {
    if (number % 50 === 0) return `odd * ${keyHex(key)}`
    const text = texts.get(key) ?? addressText(key, 'regtest')
    texts.set(key, text)
    return text
  }
  db.transaction(() => {
    for (let number = 1; number <= transactions; number++) {
      const chain = number % 3 === 0 ? 'b' : 'e'
      const prefix = chain === 'e' ? '0x' : ''
      const height = Math.floor(number / 40)
      const isSuperseded = number % 97 === 0
      const block = `${prefix}${hash(`block ${chain} ${height}`)}${isSuperseded ? `~${number}` : ''}`
      const time =
        height % 20 === 7 ? 'some time' : new Date(1.6e12 + height * 12_000).toISOString().replace('.000', '')
      const orphaned = isSuperseded || height % 31 === 0 ? 1 : 0
      const own = number % 5 === 0 ? 1 : 0
      transaction.run(number, chain, `${prefix}${hash(`tx ${number}`)}`, height, block, time, own, orphaned)
      for (let n = 0; n < 1 + (number % 3 === 1 ? 1 : 0); n++) {
        const id = number * 2 + n
        const ownKey = keyOf(`own ${number % 1_000}`)
        const asset = ['native', `erc20:0x${'a'.repeat(40)}`, `erc721:0x${'b'.repeat(40)}:${number}`][
          number % 3
        ]
        const amount = [
          String(number),
          '115792089237316195423570985008687907853269984665640564039457584007913129639935',
          null,
          '0',
        ][number % 4]
        const tags =
          number % 4 === 2 ? '["undecoded"]' : number % 7 === 0 ? '["unknown-asset","zero-value"]' : '[]'
        const direction = n === 0 ? 'deposit' : 'withdrawal'
        const facts = [
          direction,
          asset,
          number % 2 === 0 ? null : 'X',
          amount,
          ownKey,
          textOf(ownKey, number),
          tags,
        ]
        transfer.run(id, number, `log:${n}`, ...facts, number % 4 === 2 ? 5 : 1)
        for (let each = 0; each < 2 + (number % 2); each++) {
          const key = keyOf(`party ${(number * 4 + each) % 5_000}`)
          const role = roles[(number + each) % roles.length]
          party.run(number, id, null, role, key, textOf(key, number), key, 'exact')
          if (number % 10 === 0)
            party.run(
              number,
              id,
              null,
              role,
              key,
              textOf(key, number),
              keyOf(`form ${number}`),
              bases[1 + (number % 3)],
            )
        }
      }
      const key = keyOf(`initiator ${number % 500}`)
      const direction = [null, 'deposit', 'withdrawal'][number % 3]
      party.run(number, null, direction, 'initiator', key, textOf(key, number), key, 'exact')
    }
    // Own addresses that were registered later added to transactions of before.
    for (let number = 1; number <= transactions; number += 500) {
      const key = keyOf(`late ${number}`)
      party.run(number, null, null, 'named', key, addressText(key), key, 'exact')
    }
    const last = db.prepare('select max(id) from parties').pluck().get()
    const job = db.prepare(
      `insert into rescreens (kind, revision, whole, parties_to, state, position_list, position_key, position_stage,
         position_variant, position_row, position_alert, added_at)
       values ('asked', 1, 1, ?, ?, ?, ?, ?, ?, ?, ?, '2026-01-01')`,
    )
    job.run(last, 'done', null, null, null, null, null, null)
    job.run(last, 'pending', 1, 1, 'match', 1, 17, 'abc')
    job.run(last, 'pending', 1, 1, 'tell', null, null, 'abc')
    const regrade = db.prepare(
      `insert into regrades (chain, transfers_to, state, position, added_at) values ('e', 3, 'pending', ?, '2026-01-01')`,
    )
    regrade.run('{"transfers":2}')
    regrade.run('{"height":7,"tx":"0x1"}')
  })()
  db.close()
  return path
}

/** All that queries see of movements, but for ids that a table gave: a digest of each view, and its rows. */
export function movementsOf(db: Database.Database): Record<string, { rows: number; digest: string }> {
  const queries = {
    transactions: 'select * from transactions order by id',
    transfers: `select transaction_id, transfer, direction, asset, symbol, amount, own_key, own_address, tags, logs
      from transfers order by transaction_id, id`,
    parties: `select transaction_id, transfer_id is null as whole, direction, role, key, address, match_key, match_basis
      from parties order by transaction_id, id`,
    transferParties: `select * from transfer_parties
      order by tx_hash, block_hash, transfer, role, party_key, match_key, match_basis`,
  }
  return Object.fromEntries(
    Object.entries(queries).map(([name, sql]) => {
      const digest = createHash('sha256')
      let rows = 0
      for (const row of db.prepare(sql).iterate()) {
        digest.update(JSON.stringify(row))
        rows++
      }
      return [name, { rows, digest: digest.digest('hex') }]
    }),
  )
}
