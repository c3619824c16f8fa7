import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressText } from '../../../src/address/text.ts'
import { pinChain } from '../../../src/ledger/blocks/chain.ts'
import { all } from '../../../src/ledger/database.ts'
import { readMempools } from '../../../src/ledger/mempool/pending-transactions.ts'
import { addOwnAddresses } from '../../../src/ledger/own/own-addresses.ts'
import { ScreeningIndex } from '../../../src/pipeline/blocks/screening-index.ts'
import { createMempoolReader } from '../../../src/pipeline/mempool/poll-mempool.ts'
import { sats } from '../../chains/bitcoin/build-block.ts'
import { type Reply, startFakeNode } from '../../chains/bitcoin/fake-node.ts'
import { sourceFor } from '../../chains/bitcoin/open-source.ts'
import { key, p2tr, p2wpkh } from '../../chains/bitcoin/scripts.ts'
import { waiting } from '../../chains/bitcoin/waiting.ts'
import { at } from '../../ledger/fixtures.ts'
import { openTestLedger } from '../../ledger/template.ts'
import { randomRuns } from '../../long.ts'
import { activateList } from '../fixtures.ts'

const hot = p2wpkh('hot')
const listed = p2tr('listed')
const deposits = 60

/** One in three pays us from a listed address. */
const {
  mined,
  txids,
  spends: _,
  ...state
} = waiting(
  ...Array.from({ length: deposits }, (_, i) => ({
    inputs: [{ script: i % 3 === 0 ? listed : p2tr(`payer ${i}`), value: sats(1) }],
    outputs: [{ script: hot, value: BigInt(5000 + i) }],
  })),
)

const faults: readonly Reply[] = [
  { status: 500, body: 'Internal error' },
  { status: 200, body: '' },
  { status: 200, body: '[]' },
  { status: 200, body: '{"jsonrpc":"2.0","id":0,"result":null}' },
  { status: 200, body: '{"jsonrpc":"2.0","id":0,"result":null,"error":{"code":-28,"message":"Loading"}}' },
  { status: 200, body: '[{"jsonrpc":"2.0","id":0,"result":"00"}]' },
]

/** What the alerts say, and that each was told once. */
async function alertsWith(broken: () => number | undefined): Promise<string[]> {
  const node = await startFakeNode({
    chain: mined.slice(0, 2),
    ...state,
    intercept: () => faults[broken() ?? -1],
  })
  const source = sourceFor(node.url)
  const db = openTestLedger(':memory:')
  try {
    const chain = {
      id: 'btc',
      caip2: source.caip2,
      addressText: (of: Parameters<typeof addressText>[0]) => addressText(of, 'regtest'),
    }
    pinChain(db, chain, 'genesis', at)
    activateList(db, [key(listed)])
    const own = { key: key(hot), address: 'hot', kind: 'hot' as const, reference: '', chain: '' }
    await addOwnAddresses(db, [own], at)
    const watch = createMempoolReader({ db, chain, index: new ScreeningIndex(db), now: () => at }, source)
    for (let looks = 0; ; looks++) {
      if (looks > 500) throw new Error('it never comes to an end')
      const done = await watch.poll(new AbortController().signal).then(
        () => true,
        () => false,
      )
      if (done && readMempools(db)[0]?.unread === 0) break
    }
    return all<{ line: string }>(
      db,
      `select a.id || ' ' || a.status || ' ' || group_concat(e.kind) as line
       from alerts a join alert_events e on e.alert_id = a.id group by a.id order by a.id`,
    ).map(({ line }) => line)
  } finally {
    db.close()
  }
}

describe('a node that answers wrongly now and then', () => {
  it('delays what waits, and neither loses nor doubles any of it', async () => {
    const clean = await alertsWith(() => undefined)
    expect(clean).toHaveLength(deposits / 3)
    expect(clean.every((line) => line.endsWith(' pending-mempool created'))).toBe(true)
    expect(txids).toHaveLength(deposits)
    const plan = fc.array(fc.option(fc.nat({ max: faults.length - 1 }), { freq: 2, nil: undefined }), {
      maxLength: 40,
    })
    await fc.assert(
      fc.asyncProperty(plan, async (answers) => {
        const left = [...answers]
        expect(await alertsWith(() => left.shift())).toEqual(clean)
      }),
      { numRuns: randomRuns(15) },
    )
  })
})
