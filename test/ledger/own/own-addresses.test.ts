import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Key } from '../../../src/address/key.ts'
import { openLedger } from '../../../src/ledger/open.ts'
import {
  addOwnAddresses,
  countOwnAddresses,
  isOwn,
  listOwnAddresses,
  type OwnAddress,
  retireOwnAddresses,
} from '../../../src/ledger/own/own-addresses.ts'
import { ownKeysSince } from '../../../src/ledger/own/own-keys.ts'
import { readRevisions } from '../../../src/ledger/revisions.ts'
import { evm } from '../../screening/builders.ts'
import { tempDir } from '../../temp.ts'
import { at, dump, freshLedger } from '../fixtures.ts'

function own(key: Key, fields: Partial<OwnAddress> = {}): OwnAddress {
  return { key, address: `text of ${key}`, kind: 'deposit', reference: 'u1', chain: '', ...fields }
}

describe('own addresses', () => {
  it('are added, known or changed, and only new ones move the revision', async () => {
    const db = freshLedger()
    expect(await addOwnAddresses(db, [own(evm('1')), own(evm('2'))], at)).toEqual({
      added: 2,
      known: 0,
      changed: 0,
      revision: 1,
    })
    expect(readRevisions(db)).toEqual({ list: 0, own: 1 })
    const again = [own(evm('1')), own(evm('2'), { kind: 'hot' }), own(evm('1'))]
    expect(await addOwnAddresses(db, again, at)).toEqual({ added: 0, known: 1, changed: 1, revision: 1 })
    expect(readRevisions(db).own).toBe(1)
    expect(await addOwnAddresses(db, [own(evm('3'))], at)).toEqual({
      added: 1,
      known: 0,
      changed: 0,
      revision: 2,
    })
    expect([...listOwnAddresses(db)].map(({ key, kind, revision }) => [key, kind, revision])).toEqual([
      [evm('1'), 'deposit', 1],
      [evm('2'), 'hot', 1],
      [evm('3'), 'deposit', 2],
    ])
    expect([...ownKeysSince(db, 1)]).toEqual([evm('3')])
    expect(countOwnAddresses(db)).toBe(3)
  })

  it('are all added or none: what fails half-way leaves nothing', async () => {
    const db = freshLedger()
    await addOwnAddresses(db, [own(evm('1'))], at)
    const before = dump(db)
    async function* broken() {
      yield own(evm('2'))
      yield own(evm('1'), { reference: 'changed' })
      throw new Error('line 3 is bad')
    }
    await expect(addOwnAddresses(db, broken(), at)).rejects.toThrow('line 3 is bad')
    expect(dump(db)).toEqual(before)
    expect(await addOwnAddresses(db, [own(evm('3'))], at)).toEqual({
      added: 1,
      known: 0,
      changed: 0,
      revision: 2,
    })
  })

  it('that come twice with another meaning are refused, and nothing is added', async () => {
    const db = freshLedger()
    const twice = [own(evm('1')), own(evm('2')), own(evm('1'), { reference: 'u2' })]
    await expect(addOwnAddresses(db, twice, at)).rejects.toMatchObject({
      code: 'bad-file',
      message: 'An address comes twice, with another kind or reference: nothing was added.',
    })
    expect(countOwnAddresses(db)).toBe(0)
    expect(readRevisions(db).own).toBe(0)
  })

  it('do not hold up other writers while a long file is read', async () => {
    const path = join(tempDir(), 'ledger.db')
    const db = freshLedger(path)
    const beside = openLedger(path)
    beside.pragma('busy_timeout = 0')
    async function* slow() {
      yield own(evm('1'))
      beside.exec(`insert into meta values ('beside', 'yes')`)
      yield own(evm('2'))
    }
    expect(await addOwnAddresses(db, slow(), at)).toMatchObject({ added: 2 })
    expect(beside.prepare(`select value from meta where key = 'beside'`).pluck().get()).toBe('yes')
    beside.close()
  })

  it('belong to one chain where that is said, to all otherwise', async () => {
    const db = freshLedger()
    await addOwnAddresses(db, [own(evm('1')), own(evm('2'), { chain: 'ethereum' })], at)
    const asked = [evm('1'), evm('2'), evm('3')].map((key) => [
      isOwn(db, 'ethereum', key),
      isOwn(db, 'polygon', key),
    ])
    expect(asked).toEqual([
      [true, true],
      [true, false],
      [false, false],
    ])
  })

  it('may stand for all chains and for one beside', async () => {
    const db = freshLedger()
    const both = [own(evm('1')), own(evm('1'), { chain: 'ethereum', kind: 'hot' })]
    expect(await addOwnAddresses(db, both, at)).toMatchObject({ added: 2 })
    expect(isOwn(db, 'polygon', evm('1'))).toBe(true)
  })

  it('that are retired stay own, and come back when added again', async () => {
    const db = freshLedger()
    await addOwnAddresses(db, [own(evm('1'))], at)
    await expect(retireOwnAddresses(db, [evm('1'), evm('9')], at)).rejects.toThrow(evm('9'))
    expect([...listOwnAddresses(db)][0]?.retired_at).toBeNull()
    await retireOwnAddresses(db, [evm('1')], '2026-02-01T00:00:00.000Z')
    expect(isOwn(db, 'ethereum', evm('1'))).toBe(true)
    await retireOwnAddresses(db, [evm('1')], '2027-01-01T00:00:00.000Z')
    expect([...listOwnAddresses(db)][0]?.retired_at).toBe('2026-02-01T00:00:00.000Z')
    expect(await addOwnAddresses(db, [own(evm('1'))], at)).toEqual({
      added: 0,
      known: 0,
      changed: 1,
      revision: 1,
    })
    expect([...listOwnAddresses(db)][0]?.retired_at).toBeNull()
    expect(readRevisions(db).own).toBe(1)
  })
})
