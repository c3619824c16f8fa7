import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { evmKey } from '../../../src/address/key.ts'
import { checkBlock } from '../../../src/chains/evm/check-block.ts'
import { checkReceipts } from '../../../src/chains/evm/check-receipts.ts'
import { extractBlock } from '../../../src/chains/evm/extract/extract.ts'
import { readBlockTraces } from '../../../src/chains/evm/traces/call-tracer.ts'
import { readTraceBlock } from '../../../src/chains/evm/traces/flat-traces.ts'
import type { KnownToken } from '../../../src/chains/evm/types.ts'
import type { ScreenableTx } from '../../../src/screening/types.ts'
import { hasShared, sharedPath } from '../../shared.ts'
import { chainOf } from './build.ts'
import { ownOf } from './own.ts'

interface Expected {
  direction: 'deposit' | 'withdrawal' | 'internal'
  own: string
  counterparty: string
  asset: string
  standard: 'native' | 'erc20' | 'erc721' | 'erc1155'
  amount: string
  tokenId?: string
  via: 'tx' | 'log' | 'trace'
  genuine: boolean
  exposures: { address: string; role: 'counterparty' | 'operator' | 'initiator' | 'recipient' }[]
}

interface Scenario {
  own: Record<string, string>
  knownTokens: Record<string, { symbol: string; decimals: number }>
  cases: {
    id: string
    txid: string
    block: { hash: string }
    orphanBlock?: { hash: string }
    expect: Expected[]
  }[]
}

/** How the same blocks are read; `none` finds less, and says so in every block's coverage. */
const readings = {
  traces: readBlockTraces,
  traceBlock: readTraceBlock,
}
type Reading = keyof typeof readings

/** What only call traces tell. */
const needTraces = [
  'internal-deposit-initiator-listed',
  'internal-deposit-contract-listed',
  'internal-deposit-clean',
  'internal-delegatecall',
  'selfdestruct-to-own',
  'create-selfdestruct',
]

const folder = sharedPath('data/evm-anvil/')

function assetOf({ standard, asset, tokenId }: Expected): string {
  if (standard === 'native') return 'native'
  return tokenId === undefined ? `${standard}:${asset}` : `${standard}:${asset}:${tokenId}`
}

const scenarioOf = (): Scenario => JSON.parse(readFileSync(`${folder}scenario.json`, 'utf8'))

function read(scenario: Scenario, reading: Reading | 'none'): Map<string, ScreenableTx> {
  const own = ownOf(...Object.values(scenario.own))
  const tokens = Object.entries(scenario.knownTokens).map(([address, { symbol, decimals }]) => ({
    address: address as KnownToken['address'],
    symbol,
    decimals,
  }))
  const found = new Map<string, ScreenableTx>()
  for (const file of readdirSync(`${folder}blocks`)) {
    const served = JSON.parse(readFileSync(`${folder}blocks/${file}`, 'utf8'))
    const block = checkBlock(served.block, 'eth_getBlockByNumber')
    const receipts = [...checkReceipts(served.receipts, block, 'eth_getBlockReceipts').byHash.values()]
    const { definition, ...chain } = chainOf(tokens, 31337)
    const frames =
      reading === 'none' ? null : readings[reading](served[reading], block, receipts, definition, reading)
    for (const tx of extractBlock({ block, receipts, frames, unreadable: new Map() }, own, {
      definition,
      ...chain,
    }).transactions)
      found.set(`${block.hash} ${tx.hash}`, tx)
  }
  return found
}

function movement(
  own: string,
  direction: string,
  counterparty: string,
  asset: string,
  amount: string,
): string {
  return [direction, evmKey(own), evmKey(counterparty), asset, amount].join(' ')
}

/** The movements of a transaction by the truth that are not internal. */
function expectedOf(expected: readonly Expected[]): Expected[] {
  return expected.filter(({ direction }) => direction !== 'internal')
}

const scenario = hasShared ? scenarioOf() : { own: {}, knownTokens: {}, cases: [] }

describe.skipIf(!hasShared).each(['traces', 'traceBlock'] as const)(
  'the recorded anvil chain, read with %s (needs the reference data)',
  (reading) => {
    const found = hasShared ? read(scenario, reading) : new Map<string, ScreenableTx>()
    const blocksOf = ({ block, orphanBlock }: Scenario['cases'][number]) =>
      orphanBlock ? [block.hash, orphanBlock.hash] : [block.hash]

    it.each(scenario.cases)('$id: finds what moved, and nothing else', (one) => {
      const wanted = expectedOf(one.expect).map((e) =>
        movement(e.own, e.direction, e.counterparty, assetOf(e), e.amount),
      )
      for (const block of blocksOf(one)) {
        const tx: ScreenableTx | undefined = found.get(`${block} ${one.txid}`)
        const got = (tx?.transfers ?? []).map((t) => {
          const side = t.parties.find(({ role }) => role === 'source' || role === 'destination')
          return [t.direction, t.own, side?.key, t.asset, t.amount].join(' ')
        })
        expect(got.sort()).toEqual(wanted.sort())
      }
    })

    it.each(scenario.cases)('$id: names every exposure of what it finds', (one) => {
      const words = {
        counterparty: ['source', 'destination'],
        operator: ['operator', 'initiator'],
        initiator: ['initiator'],
        recipient: ['onward'],
      }
      for (const block of blocksOf(one)) {
        const tx: ScreenableTx | undefined = found.get(`${block} ${one.txid}`)
        for (const e of expectedOf(one.expect)) {
          const transfer = tx?.transfers.find((t) => t.asset === assetOf(e) && t.own === evmKey(e.own))
          const parties = [...(transfer?.parties ?? []), ...(tx?.parties ?? [])]
          for (const { address, role } of e.exposures) {
            const named = parties.some(
              ({ key, role: as }) => key === evmKey(address) && words[role].includes(as),
            )
            expect(named, `${address} as ${role}`).toBe(true)
          }
        }
      }
    })

    it('every transaction found is one of the cases', () => {
      const known = new Set(
        scenario.cases.flatMap((one) => blocksOf(one).map((block) => `${block} ${one.txid}`)),
      )
      expect([...found.keys()].filter((id) => !known.has(id))).toEqual([])
    })

    it('tags whatever is not genuine', () => {
      for (const one of scenario.cases) {
        const tx = found.get(`${one.block.hash} ${one.txid}`)
        for (const e of expectedOf(one.expect)) {
          const transfer = tx?.transfers.find(
            (t: ScreenableTx['transfers'][number]) => t.asset === assetOf(e) && t.own === evmKey(e.own),
          )
          if (!e.genuine) expect(transfer?.tags.length, one.id).toBeGreaterThan(0)
        }
      }
    })
  },
)

describe.skipIf(!hasShared)('the recorded anvil chain (needs the reference data)', () => {
  const readAs = (reading: Reading | 'none') => (hasShared ? read(scenario, reading) : new Map())

  it('is the same through either kind of traces, to the last party', () => {
    expect(readAs('traceBlock')).toEqual(readAs('traces'))
  })

  it('without traces lacks what only traces tell, and these are the cases', () => {
    const found = readAs('none')
    const hidden = scenario.cases.filter(({ expect: truth }) =>
      truth.some(({ via, direction }) => via === 'trace' && direction !== 'internal'),
    )
    expect(hidden.map(({ id }) => id)).toEqual(needTraces)
    for (const { block, txid } of hidden) expect(found.has(`${block.hash} ${txid}`)).toBe(false)
    const whole = [...readAs('traces').keys()].filter((id) => !found.has(id))
    expect(whole).toEqual(hidden.map(({ block, txid }) => `${block.hash} ${txid}`))
  })
})
