import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configSchema } from '../../src/config/schema.ts'
import { examine } from '../../src/doctor/doctor.ts'
import { startFakeNode } from '../chains/bitcoin/fake-node.ts'
import { regtestChain } from '../chains/bitcoin/regtest-chain.ts'
import { tempDir } from '../temp.ts'

const blocks = regtestChain({}, {}, {})

/** What doctor finds of the block that is due, for Bitcoin nodes that are pruned up to these heights. */
async function dueBlock(...pruneHeights: number[]) {
  const nodes = await Promise.all(
    pruneHeights.map((pruneHeight) =>
      startFakeNode({ chain: blocks, ...(pruneHeight > 0 && { pruneHeight }) }),
    ),
  )
  const config = configSchema.parse({
    database: join(tempDir(), 'doctor.db'),
    chains: [
      {
        ...{ id: 'btc', type: 'bitcoin', network: 'regtest', start: 1 },
        rpc: nodes.map(({ url }) => url),
        ...{ username: 'user', password: 'password' },
      },
    ],
  })
  const checkups = await examine(config, '2026-01-01T00:00:00.000Z')
  const found = checkups.filter(({ found }) => /has pruned|read block/.test(found))
  return { found, urls: nodes.map(({ url }) => new URL(url).origin) }
}

describe('doctor, of a pruned Bitcoin node', () => {
  it('fails it where no node of the chain has the block that is due', async () => {
    const { found } = await dueBlock(2, 2)
    expect(found.map(({ state }) => state)).toEqual(['fail', 'fail'])
  })

  it('warns of it where another node serves the block, and names that one', async () => {
    const { found, urls } = await dueBlock(2, 0)
    expect(found).toMatchObject([
      {
        state: 'warn',
        found: expect.stringMatching(
          /has pruned its blocks below 2, and the next to read is 1; .* serves it$/,
        ),
        advice: expect.stringContaining(urls[1] ?? ''),
      },
      { state: 'ok' },
    ])
  })
})
