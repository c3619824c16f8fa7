import { describe, expect, it } from 'vitest'
import { type RefusalKind, refusalKind } from '../../../../src/chains/evm/rpc/refusal.ts'
import { failure } from '../failure.ts'
import { httpAnswer, rpcError } from '../fake-node.ts'

const word = 'b10c'.repeat(16)

/** What nodes are known to write, as they write it; the sources stand in the table. */
const said: readonly [RefusalKind, string, number | null, string][] = [
  ['gone', 'geth, reth, Nethermind', 4444, 'pruned history unavailable'],
  ['gone', 'Nethermind, as text', -32000, 'Pruned history unavailable'],
  ['gone', 'geth, Bor, BSC (hash scheme)', -32000, 'required historical state unavailable (reexec=128)'],
  ['gone', 'geth, BSC (path scheme)', -32000, 'historical state not available in path scheme yet'],
  ['gone', 'geth (pathdb)', -32000, `historical state ${word} is not available`],
  ['gone', 'geth (trie)', -32000, `missing trie node ${word} (path ) state 0x${word} is not available`],
  ['gone', 'reth', -32603, 'state at block #1200 is pruned'],
  ['gone', 'reth', -32603, `no state found for block 0x${word}`],
  ['gone', 'reth', -32603, 'block #7 is not available, history has expired (earliest available: #9)'],
  ['gone', 'Erigon', -32000, 'old data not available due to pruning: history is available from block 5'],
  ['gone', 'Nethermind', -32002, `No state available for block 7 (0x${word})`],
  ['gone', 'Besu', -32000, 'World state unavailable'],
  ['not-yet', 'geth', -32000, `block 0x${word} not found`],
  ['not-yet', 'geth', -32000, 'block #7 not found'],
  ['not-yet', 'geth', -32000, 'header not found'],
  ['not-yet', 'geth', -32000, 'header for hash not found'],
  ['not-yet', 'geth, eth_getLogs', -32000, 'unknown block'],
  ['not-yet', 'geth', -32000, "state histories haven't been fully indexed yet"],
  ['not-yet', 'Erigon', -32000, `invalid arguments; block with hash ${word} not found`],
  ['not-yet', 'Besu', -32000, 'Block not found'],
  ['not-yet', 'Besu', -39001, 'Unknown block'],
  ['not-yet', 'reth', -32001, `block not found: hash 0x${word}`],
  [
    'not-yet',
    'reth',
    -32603,
    'state at block #9 is not available, block has not been executed yet (latest executed: #7)',
  ],
  ['not-yet', 'anvil', -32001, 'Resource not found'],
  ['unsupported', 'geth', -32601, 'the method debug_traceBlockByHash does not exist/is not available'],
  ['unsupported', 'Besu', -32604, 'Method not enabled'],
  [
    'unsupported',
    'Nethermind',
    -32600,
    "debug_traceBlockByHash found but the containing module is disabled for the url 'http://127.0.0.1:8545', consider adding module in JsonRpcConfig.AdditionalRpcUrls",
  ],
  ['unsupported', 'Erigon, in every item', -32000, 'tracer not found'],
  ['busy', 'EIP-1474', -32005, 'limit exceeded'],
  ['busy', 'reth', -32009, 'Server is busy, try again later'],
  ['busy', 'a gateway', -32000, 'Too many requests'],
  ['timeout', 'geth, in an item', null, 'execution timeout'],
  ['timeout', 'geth', -32002, 'request timed out'],
  ['timeout', 'reth', -32000, 'execution aborted (timeout = 5s)'],
  ['timeout', 'Besu', -32603, 'Timeout expired'],
  ['timeout', 'Nethermind', -32016, 'Request was canceled due to enabled timeout.'],
  ['other', 'anybody', -32000, 'some reason'],
  ['other', 'anybody', -32603, 'Internal error'],
  ['other', 'anybody', null, ''],
]

describe('the table of refusals', () => {
  it.each(said)('knows as %s what %s says with %s: %s', (kind, _, code, text) => {
    expect(refusalKind(code, text)).toBe(kind)
  })
})

describe('a refusal of the receipts', () => {
  it.each([
    [
      'gone',
      rpcError(-32000, 'old data not available due to pruning'),
      'node-missing-data',
      /use a node that does/,
    ],
    ['not there yet', rpcError(-32000, 'block 0xb10c not found'), 'node-missing-data', /not found/],
    ['busy', rpcError(-32009, 'Server is busy'), 'node-unreachable', /busy/],
    ['a node out of time', rpcError(-32002, 'request timed out'), 'node-unreachable', /timed out/],
  ] as const)('that means %s has the code that is right for it', async (_, answer, code, message) => {
    const error = await failure('block', { eth_getBlockReceipts: answer })
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
  })

  it('counts by what it says, whatever HTTP status a proxy puts beside it', async () => {
    const body = (message: string) =>
      JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: -32000, message } })
    const gone = httpAnswer(400, body('missing trie node 0xb10c (path )'))
    expect((await failure('block', { eth_getBlockReceipts: gone })).code).toBe('node-missing-data')
    const unknown = httpAnswer(500, body('some reason'))
    expect((await failure('block', { eth_getBlockReceipts: unknown })).code).toBe('node-unreachable')
  })
})
