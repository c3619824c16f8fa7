import { onTestFinished } from 'vitest'
import { type Key, makeKey } from '../../src/address/key.ts'
import { addressText } from '../../src/address/text.ts'
import { follow } from '../../src/chains/follower.ts'
import { bitcoinChainSchema } from '../../src/config/bitcoin.ts'
import { scriptsOfBranch } from '../../src/descriptor/derive.ts'
import { parseDescriptor } from '../../src/descriptor/parse-descriptor.ts'
import { type Chain, pinChain } from '../../src/ledger/blocks/chain.ts'
import { all, type Db } from '../../src/ledger/database.ts'
import { addOwnDescriptor, type DescriptorWords } from '../../src/own/add-descriptor.ts'
import { type ChainContext, createLedgerStore } from '../../src/pipeline/blocks/ledger-store.ts'
import { ScreeningIndex } from '../../src/pipeline/blocks/screening-index.ts'
import {
  type BlockSpec,
  type BuiltBlock,
  type Coin,
  sats,
  type TxSpec,
} from '../chains/bitcoin/build-block.ts'
import type { FakeNode } from '../chains/bitcoin/fake-node.ts'
import { sourceFor } from '../chains/bitcoin/open-source.ts'
import { p2wpkh } from '../chains/bitcoin/scripts.ts'
import { at } from '../ledger/fixtures.ts'
import { openTestLedger } from '../ledger/template.ts'
import { activateList } from './fixtures.ts'

const tpub =
  'tpubD6NzVbkrYhZ4XgiXtGrdW5XDAPFCL9h7we1vwNCpn8tGbBcgfVYjXyhWo4E1xkh56hjod1RhGjxbaTLV3X4FyWuejifB9jusQ46QzG87VKp'
export const descriptor = `wpkh([d34db33f/84h/1h/0h]${tpub}/<0;1>/*)`

const derivers = [0, 1].map((branch) => scriptsOfBranch(parseDescriptor(descriptor), branch))

/** The script at an index of the descriptor; branch 1 is change. */
export function own(index: number, branch = 0): Uint8Array {
  return derivers[branch]?.(index) ?? new Uint8Array()
}

export const listed = p2wpkh('a listed party')
const clean = p2wpkh('somebody')

/** A transaction of the listed party, or of somebody else, that pays these scripts. */
export function pays(scripts: readonly Uint8Array[], from: Uint8Array = listed): TxSpec {
  return { inputs: [coin(from, scripts.length + 1)], outputs: scripts.map((script) => coin(script)) }
}

/** A transaction that spends from these scripts, with change. */
export function spends(scripts: readonly Uint8Array[], to: readonly Uint8Array[] = [clean]): TxSpec {
  return { inputs: scripts.map((script) => coin(script)), outputs: to.map((script) => coin(script, 0.1)) }
}

export function coin(script: Uint8Array, btc = 1): Coin {
  return { script, value: sats(btc) }
}

export const bitcoin: Chain = {
  id: 'bitcoin',
  caip2: 'bip122:0f9188f13cb7b2c71f2a335e3a4fc328',
  addressText: (key) => addressText(key, 'regtest'),
}

export const config = bitcoinChainSchema.parse({
  ...{ id: 'bitcoin', type: 'bitcoin', network: 'regtest', rpc: ['http://127.0.0.1:1'], start: 0 },
})

/** A ledger of Bitcoin, in memory or in a file, where one party is listed. */
export function bitcoinLedger(path = ':memory:'): Db {
  const db = openTestLedger(path)
  onTestFinished(() => {
    db.close()
  })
  pinChain(db, bitcoin, '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206', at)
  activateList(db, [makeKey('bitcoin', listed)])
  return db
}

export async function addDescriptor(db: Db, words: Partial<DescriptorWords> = {}): Promise<string> {
  return addOwnDescriptor(db, descriptor, { chain: '', gap: 20, ...words }, [config], { now: () => at })
}

/** What a daemon holds of the chain, from its start on. */
export function contextOf(db: Db): ChainContext {
  return { db, chain: bitcoin, index: new ScreeningIndex(db), now: () => at }
}

/** Follows a node to its head. */
export async function followNode(db: Db, node: FakeNode, { prefetch = 4, depth = 100 } = {}): Promise<void> {
  await follow({
    ...{ chain: 'bitcoin', source: sourceFor(node.url), store: createLedgerStore(contextOf(db)), start: 0 },
    ...{ finality: { depth }, prefetch, pollMs: 1, firstRetryMs: 1, once: true },
    signal: new AbortController().signal,
  })
}

/** The own addresses that were paid by a listed party, in the chain's order. */
export function alertedOwn(db: Db): string[] {
  return all<{ own_address: string }>(
    db,
    `select own_address from alerts where status != 'orphaned' order by block_height, rowid`,
  ).map(({ own_address }) => own_address)
}

export const textOf = (script: Uint8Array): string => bitcoin.addressText(keyOf(script))

export function keyOf(script: Uint8Array): Key {
  return makeKey('bitcoin', script)
}

export interface Windows {
  branch: number
  derived: number
  used: number | null
}

export function windowsOf(db: Db): Windows[] {
  return all<Windows>(db, 'select branch, derived, used from own_branches order by descriptor_id, branch')
}

export type { BlockSpec, BuiltBlock }
