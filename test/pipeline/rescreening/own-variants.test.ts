import { sha256 } from '@noble/hashes/sha2.js'
import { describe, expect, it } from 'vitest'
import { witnessScript } from '../../../src/address/script-templates.ts'
import { all, type Db } from '../../../src/ledger/database.ts'
import { addOwnAddresses } from '../../../src/ledger/own/own-addresses.ts'
import { fewAddresses } from '../../../src/ledger/own/own-variants.ts'
import { removeOwnAddresses } from '../../../src/ledger/own/remove-own.ts'
import { generator } from '../../address/key-vectors.ts'
import { hash160, p2pk, p2pkhOf, p2shOf, p2wpkhOf } from '../../chains/bitcoin/scripts.ts'
import { at } from '../../ledger/fixtures.ts'
import { addDescriptor, bitcoinLedger, keyOf, own } from '../bitcoin-ledger.ts'
import { activateList } from '../fixtures.ts'
import { rescreenAll } from './rescreen-fixtures.ts'

const short = Buffer.from(generator.compressed, 'hex')
const long = Buffer.from(generator.uncompressed, 'hex')
const p2pkh = p2pkhOf(hash160(short))
const p2wpkh = p2wpkhOf(hash160(short))
const nested = p2shOf(p2wpkh)
const p2wsh = Buffer.from(witnessScript(0, sha256(p2pk(short))))
const multisig = Buffer.concat([Buffer.from([0x51, 33]), short, Buffer.from([0x51, 0xae])])

/** What is listed, what is own, and how the one meets the other. */
const cases = [
  ['P2SH-P2WPKH', nested, 'P2WPKH', p2wpkh, 'same-key'],
  ['P2SH-P2WPKH', nested, 'P2PKH', p2pkh, 'same-key'],
  ['P2WPKH', p2wpkh, 'P2SH-P2WPKH', nested, 'same-key'],
  ['P2PKH', p2pkh, 'P2WPKH', p2wpkh, 'same-key'],
  ['P2PKH of the other encoding', p2pkhOf(hash160(long)), 'P2PK', p2pk(short), 'same-key'],
  ['P2SH-P2WPKH', nested, 'P2PK of the other encoding', p2pk(long), 'same-key'],
  ['P2PK of the other encoding', p2pk(long), 'P2WPKH', p2wpkh, 'same-key'],
  ['P2WPKH', p2wpkh, 'a bare multisig that shows its key', multisig, 'same-key'],
  ['P2SH-P2WSH', p2shOf(p2wsh), 'P2WSH', p2wsh, 'same-script'],
  ['P2WSH', p2wsh, 'P2SH-P2WSH', p2shOf(p2wsh), 'same-script'],
  ['P2SH-P2WPKH', nested, 'the same', nested, 'exact'],
] as const

const add = (db: Db, scripts: readonly Buffer[], refuseListed = false) => {
  const rows = scripts.map((script) => ({
    ...{ key: keyOf(script), address: script.toString('hex'), kind: 'hot' as const },
    ...{ reference: '', chain: '' },
  }))
  return addOwnAddresses(db, rows, at, { refuseListed })
}
const told = (db: Db) => {
  rescreenAll(db)
  return all(db, `select own_address as own, "match", status from alerts where role = 'own'`)
}

it('an address of a descriptor, met through a listed P2SH, raises an alert whichever came first', async () => {
  const [early, late] = [3, 5].map((index) => p2shOf(Buffer.from(own(index)))) as [Buffer, Buffer]
  const db = bitcoinLedger()
  activateList(db, [keyOf(early)])
  await addDescriptor(db, { issued: 10 })
  expect(told(db)).toMatchObject([{ match: 'same-key' }])
  activateList(db, [keyOf(early), keyOf(late)])
  expect(told(db)).toHaveLength(2)
})

describe.each(cases)('a listed %s, met by own %s', (_listed, listed, _own, ours, match) => {
  const alert = { own: ours.toString('hex'), match, status: 'final' }

  it('raises an alert when it becomes own', async () => {
    const db = bitcoinLedger()
    activateList(db, [keyOf(listed)])
    await add(db, [ours])
    expect(told(db)).toEqual([alert])
  })

  it('raises an alert when it becomes own with many others', async () => {
    const db = bitcoinLedger()
    activateList(db, [keyOf(listed)])
    const others = Array.from({ length: fewAddresses }, (_, index) => p2wpkhOf(Buffer.alloc(20, `${index}`)))
    await add(db, [ours, ...others])
    expect(told(db)).toEqual([alert])
  })

  it('raises an alert when it is listed, and takes it back when it never was own', async () => {
    const db = bitcoinLedger()
    await add(db, [ours])
    activateList(db, [keyOf(listed)])
    expect(told(db)).toEqual([alert])
    await removeOwnAddresses(db, [keyOf(ours)], { actor: 'A. Person', note: null, at })
    expect(told(db)).toEqual([{ ...alert, status: 'withdrawn' }])
    await add(db, [ours])
    expect(told(db)).toEqual([alert])
  })

  it('is refused where a person adds it', async () => {
    const db = bitcoinLedger()
    activateList(db, [keyOf(listed)])
    await expect(add(db, [ours], true)).rejects.toMatchObject({
      code: 'usage',
      details: [expect.stringContaining(match === 'exact' ? 'on list' : `a ${match} match`)],
    })
    expect(told(db)).toEqual([])
  })
})
