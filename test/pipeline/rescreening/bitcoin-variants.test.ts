import { sha256 } from '@noble/hashes/sha2.js'
import { describe, expect, it } from 'vitest'
import { witnessScript } from '../../../src/address/script-templates.ts'
import { all, type Db } from '../../../src/ledger/database.ts'
import { addOwnAddresses } from '../../../src/ledger/own/own-addresses.ts'
import { preCheck } from '../../../src/pipeline/pre-check.ts'
import { generator } from '../../address/key-vectors.ts'
import type { TxSpec } from '../../chains/bitcoin/build-block.ts'
import { startFakeNode } from '../../chains/bitcoin/fake-node.ts'
import { regtestChain } from '../../chains/bitcoin/regtest-chain.ts'
import { hash160, p2pk, p2pkhOf, p2shOf, p2wpkh, p2wpkhOf } from '../../chains/bitcoin/scripts.ts'
import { at } from '../../ledger/fixtures.ts'
import { type BlockSpec, bitcoinLedger, coin, followNode, keyOf, textOf } from '../bitcoin-ledger.ts'
import { activateList } from '../fixtures.ts'
import { rescreenAll } from './rescreen-fixtures.ts'

const short = Buffer.from(generator.compressed, 'hex')
const long = Buffer.from(generator.uncompressed, 'hex')
const hash = hash160(short)
const nestedKey = p2shOf(p2wpkhOf(hash))
const p2wsh = Buffer.from(witnessScript(0, sha256(p2pk(short))))
const nestedScript = p2shOf(p2wsh)
const hot = p2wpkh('hot')
const stranger = coin(p2wpkh('stranger'), 5)
const signature = Buffer.alloc(71, 0x30)
const pay = (script: Buffer) => ({ inputs: [coin(hot, 5)], outputs: [coin(script)] })

/** What is listed, the transaction that meets it, and how. */
const cases = {
  'a withdrawal to P2WPKH of a listed P2SH-P2WPKH': [nestedKey, pay(p2wpkhOf(hash)), 'destination same-key'],
  'a withdrawal to P2PKH of a listed P2SH-P2WPKH': [nestedKey, pay(p2pkhOf(hash)), 'destination same-key'],
  'a withdrawal to P2WSH of a listed P2SH-P2WSH': [nestedScript, pay(p2wsh), 'destination same-script'],
  'a deposit from P2WSH of a listed P2SH-P2WSH': [
    nestedScript,
    { inputs: [coin(p2wsh, 5)], outputs: [coin(hot)] },
    'source same-script',
  ],
  'a deposit beside P2WPKH of a listed P2SH-P2WPKH': [
    nestedKey,
    { inputs: [stranger], outputs: [coin(hot), coin(p2wpkhOf(hash))] },
    'co-recipient same-key',
  ],
  'a withdrawal to compressed P2PK of a listed P2PKH of the uncompressed key': [
    p2pkhOf(hash160(long)),
    pay(p2pk(short)),
    'destination same-key',
  ],
  'a deposit spent with the compressed key of a listed P2PKH of the uncompressed one': [
    p2pkhOf(hash160(long)),
    { inputs: [{ ...coin(p2wpkhOf(hash), 5), witness: [signature, short] }], outputs: [coin(hot)] },
    'source same-key',
  ],
} satisfies Record<string, readonly [Buffer, TxSpec, string]>

async function ledgerWith(script: Buffer, tx: BlockSpec['txs'], listedFirst: boolean) {
  const db = bitcoinLedger()
  const own = { key: keyOf(hot), address: textOf(hot), kind: 'hot', reference: '', chain: '' } as const
  await addOwnAddresses(db, [own], at)
  const list = () => activateList(db, [keyOf(script)])
  if (listedFirst) list()
  await followNode(db, await startFakeNode({ chain: regtestChain({ txs: tx ?? [] }) }))
  if (!listedFirst) list()
  rescreenAll(db)
  return db
}

const alertsOf = (db: Db) =>
  all<{ id: string; how: string }>(db, "select id, role || ' ' || match as how from alerts order by id")

describe('a party that a listed address names in another form', () => {
  it.each(Object.entries(cases))(
    '%s is found as it happens, and when the list comes later',
    async (_, one) => {
      const [listed, tx, how] = one
      const live = alertsOf(await ledgerWith(listed, [tx], true))
      expect(live.map((alert) => alert.how)).toEqual([how])
      expect(alertsOf(await ledgerWith(listed, [tx], false))).toEqual(live)
    },
  )

  it('is found before a withdrawal, too', async () => {
    const db = await ledgerWith(nestedKey, [], true)
    const options = { asset: null, chain: null, lists: null, at }
    const checked = preCheck(
      db,
      [textOf(p2wpkhOf(hash)), textOf(p2pkhOf(hash)), textOf(p2wpkh('x'))],
      options,
    )
    expect(checked.map(({ matches }) => matches.map(({ basis }) => basis))).toEqual([
      ['same-key'],
      ['same-key'],
      [],
    ])
  })
})
