import { describe, expect, it } from 'vitest'
import type { Key } from '../../../src/address/key.ts'
import { parseAddress } from '../../../src/address/parse.ts'
import { extract } from '../../../src/chains/extract.ts'
import type { OwnLookup, ScreenableTx } from '../../../src/screening/types.ts'
import { hasShared } from '../../shared.ts'
import { startFakeNode } from './fake-node.ts'
import { sourceFor } from './open-source.ts'
import { ownKeys } from './own-set.ts'
import { type Expectation, readNodeBlock, readScenario } from './reference-chain.ts'

type Reads = 'rest' | 'getblock'

function keyOf(address: string): Key {
  const parsed = parseAddress(address)
  if (!parsed.ok) throw new Error(`${address}: ${parsed.reason}`)
  return parsed.key
}

/** What is found in every block of both branches, by block hash. */
async function extractAll(reads: Reads, own: OwnLookup): Promise<Map<string, readonly ScreenableTx[]>> {
  const { chain, reorg } = readScenario()
  const winner = chain.map(readNodeBlock)
  const loser = [...winner.slice(0, reorg.forkHeight + 1), ...reorg.branchA.map(readNodeBlock)]
  const node = await startFakeNode({ chain: loser, stale: winner })
  const source = sourceFor(node.url, { reads })
  await source.open()
  const found = new Map<string, readonly ScreenableTx[]>()
  const collect = async (from: number) => {
    const { height: to } = await source.head()
    for (let height = from; height <= to; height++) {
      const block = await source.block(height)
      found.set(block.hash, extract(block, own).transactions)
    }
  }
  await collect(0)
  node.state.chain = winner
  await collect(reorg.forkHeight + 1)
  return found
}

function confirm(tx: ScreenableTx | undefined, expected: Expectation): void {
  if (expected.direction === 'internal' || expected.direction === 'none') {
    expect(tx).toBeUndefined()
    return
  }
  const { amount, direction } = expected
  const own = keyOf(expected.own ?? '')
  const transfer = tx?.transfers.find(
    (one) =>
      one.direction === direction &&
      one.own === own &&
      (amount === undefined || one.amount === BigInt(Math.round(amount * 1e8))) &&
      (expected.role !== 'destination' || one.parties[0]?.key === keyOf(expected.counterparty ?? '')),
  )
  expect(transfer).toBeDefined()
  const parties = [...(transfer?.parties ?? []), ...(tx?.parties ?? [])]
  if (expected.counterparty === null) expect(parties).toEqual([])
  else expect(parties).toContainEqual(expect.objectContaining(partyOf(expected)))
}

const partyOf = ({ counterparty, role }: Expectation) => ({ key: keyOf(counterparty ?? ''), role })

describe.skipIf(!hasShared)('a chain that Bitcoin Core recorded (needs the reference data)', () => {
  const ours = () => ownKeys(new Set(readScenario().own.map(({ address }) => keyOf(address))))

  it.each(['rest', 'getblock'] as const)('gives what its makers know to be true, over %s', async (reads) => {
    const found = [...(await extractAll(reads, ours())).values()].flat()
    for (const { txid, expect: expected } of readScenario().truth) {
      confirm(
        found.find(({ hash }) => hash === txid),
        expected,
      )
    }
    expect(found.length).toBeGreaterThanOrEqual(13)
  })

  it('meets the listed addresses in those transactions, and in no other', async () => {
    const { listed, truth } = readScenario()
    const keys = new Set(listed.map(({ address }) => keyOf(address)))
    const met = [...(await extractAll('rest', ours())).values()].flat().filter((tx) => {
      const parties = [...tx.parties, ...tx.transfers.flatMap((transfer) => transfer.parties)]
      return parties.some(({ key }) => keys.has(key))
    })
    const expected = truth.filter((one) => one.expect.match === 'exact').map(({ txid }) => txid)
    expect(met.map(({ hash }) => hash).sort()).toEqual(expected.sort())
  })

  it('gives the same over both ways, in every block', async () => {
    const rest = await extractAll('rest', ours())
    expect(rest.size).toBe(150)
    expect(await extractAll('getblock', ours())).toEqual(rest)
  })

  it('gives the same over both ways where every address of it is taken for our own, or all but one kind', async () => {
    const all: OwnLookup = { ...ours(), mayHaveScript: () => true, has: () => true }
    const witness: OwnLookup = { ...all, has: (key) => key.startsWith('bitcoin:00') }
    for (const own of [all, witness]) {
      expect(await extractAll('getblock', own)).toEqual(await extractAll('rest', own))
    }
  })
})
