import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configSchema } from '../../src/config/schema.ts'
import { type Checkup, examine } from '../../src/doctor/doctor.ts'
import { pinChain } from '../../src/ledger/blocks/chain.ts'
import { run } from '../../src/ledger/database.ts'
import { type Anvil, startAnvil } from '../anvil.ts'
import { type Handler, rpcError, startFakeNode } from '../chains/evm/fake-node.ts'
import { openTestLedger } from '../ledger/template.ts'
import { tempDir } from '../temp.ts'

const methods = [
  ...['eth_chainId', 'eth_syncing', 'web3_clientVersion', 'eth_getBlockByNumber', 'eth_getBlockByHash'],
  ...['eth_getBlockReceipts', 'debug_traceBlockByHash'],
]

describe('doctor, of a node (anvil) that keeps receipts and state for a while only', () => {
  let anvil: Anvil
  /** By hash. */
  const heights = new Map<string, number>()

  beforeAll(async () => {
    anvil = await startAnvil()
    const [user] = await anvil.rpc<string[]>('eth_accounts')
    for (let i = 0; i < 40; i++)
      await anvil.receipt(
        await anvil.rpc<string>('eth_sendTransaction', { from: user, to: user, value: '0x1' }),
      )
    for (let height = 0; height <= 40; height++) {
      const { hash } = await anvil.rpc<{ hash: string }>(
        'eth_getBlockByNumber',
        `0x${height.toString(16)}`,
        false,
      )
      heights.set(hash, height)
    }
  })
  afterAll(() => anvil.stop())

  /** @param nodes for each node of the chain, the first block whose receipts, and whose traces, are there. */
  async function history(
    nodes: { receipts: number; traces: number } | { receipts: number; traces: number }[],
    {
      traces = 'auto',
      start = 3,
      cursor,
    }: { traces?: string; start?: number | 'latest'; cursor?: number } = {},
  ): Promise<{ checkups: Checkup[]; traced: number }> {
    const from =
      (first: number, otherwise: Handler, method: string): Handler =>
      (params, response) =>
        (heights.get(String(params[0])) ?? 0) < first
          ? otherwise(params, response)
          : anvil.rpc(method, ...params)
    const startNode = (oldest: { receipts: number; traces: number }) =>
      startFakeNode({
        ...Object.fromEntries(
          methods.map((method): [string, Handler] => [method, (params) => anvil.rpc(method, ...params)]),
        ),
        eth_getBlockReceipts: from(oldest.receipts, () => null, 'eth_getBlockReceipts'),
        debug_traceBlockByHash: from(
          oldest.traces,
          rpcError(-32000, 'required historical state unavailable (reexec=128)'),
          'debug_traceBlockByHash',
        ),
      })
    const started = await Promise.all([nodes].flat().map(startNode))
    const database = join(tempDir(), 'doctor.db')
    if (cursor !== undefined) {
      const db = openTestLedger(database)
      const chain = { id: 'anvil', caip2: 'eip155:31337', addressText: String }
      pinChain(db, chain, [...heights][0]?.[0] ?? '', '2026-01-01')
      run(db, 'update chains set cursor_height = ?, cursor_hash = ?', cursor, '0x')
      db.close()
    }
    const config = configSchema.parse({
      database,
      chains: [
        { id: 'anvil', type: 'evm', chainId: 31337, rpc: started.map(({ url }) => url), start, traces },
      ],
    })
    const all = await examine(config, '2026-01-01T00:00:00.000Z')
    return {
      checkups: all.filter(({ what }) => what.startsWith('history')),
      traced: started.flatMap(({ calls }) => calls).filter((call) => call.startsWith('debug')).length,
    }
  }

  it('is well where both reach back to `start`', async () => {
    const { checkups } = await history({ receipts: 0, traces: 0 })
    expect(checkups).toMatchObject([{ state: 'ok', found: expect.stringMatching(/block 3, which is due/) }])
  })

  it('finds how far back traces reach, and says what to change', async () => {
    const { checkups, traced } = await history({ receipts: 0, traces: 29 })
    expect(checkups).toMatchObject([
      {
        state: 'warn',
        found: expect.stringMatching(/receipts of block 3, which is due, and call traces from block 29 on/),
        advice: expect.stringMatching(
          /archive node, or blocks 3 to 28 are screened without traces.*start: 29/,
        ),
      },
    ])
    expect(traced).toBeLessThan(60)
  })

  it('fails for them where traces are required', async () => {
    const { checkups } = await history({ receipts: 0, traces: 29 }, { traces: 'required' })
    expect(checkups).toMatchObject([
      { state: 'fail', advice: expect.stringMatching(/archive node, or set traces: auto/) },
    ])
  })

  it('fails where the receipts of `start` are gone', async () => {
    const { checkups } = await history({ receipts: 17, traces: 29 })
    expect(checkups).toMatchObject([
      { state: 'fail', found: expect.stringMatching(/receipts from block 17 on, and block 3 is due/) },
    ])
  })

  it('warns of a node whose receipts or traces are gone where another one of the chain has them', async () => {
    const pruned = { receipts: 17, traces: 29 }
    const untraced = { receipts: 0, traces: 29 }
    const archive = { receipts: 0, traces: 0 }
    const { checkups } = await history([pruned, untraced, archive], { traces: 'required' })
    expect(checkups).toMatchObject([
      {
        state: 'warn',
        found: expect.stringMatching(
          /receipts from block 17 on, and block 3 is due; .* serves them from block 3 on/,
        ),
        advice: expect.stringMatching(/^keep http.* in `rpc`/),
      },
      {
        state: 'warn',
        found: expect.stringMatching(/call traces from block 29 on; .* serves them from block 3 on/),
      },
      { state: 'ok' },
    ])
  })

  it('holds against the block after the last screened one, where there is one', async () => {
    const { checkups } = await history({ receipts: 17, traces: 29 }, { cursor: 30 })
    expect(checkups).toMatchObject([{ state: 'ok', found: expect.stringMatching(/block 31, which is due/) }])
  })

  it('asks for nothing where following begins at the head', async () => {
    expect((await history({ receipts: 17, traces: 29 }, { start: 'latest' })).checkups).toEqual([])
  })
})
