import { describe, expect, it } from 'vitest'
import type { ChainConfig } from '../../src/config/chains.ts'
import { configSchema } from '../../src/config/schema.ts'
import { checkAgainstLedger } from '../../src/doctor/ledger.ts'
import { blockAt, readChainState } from '../../src/ledger/blocks/chain.ts'
import { lowerFinal, noteFinalRule, readFinalRule, ruleChange } from '../../src/ledger/blocks/finality.ts'
import { insertReplay, noteReplayFailure } from '../../src/ledger/blocks/replays.ts'
import { rewind, rollBack } from '../../src/ledger/blocks/roll-back.ts'
import { readCoverage } from '../../src/ledger/coverage/coverage-queries.ts'
import { type Db, run } from '../../src/ledger/database.ts'
import { at, chain, commit, freshChain, listedDeposit, ref, screened, story } from '../ledger/fixtures.ts'

function configOf(fields: object = {}): ChainConfig {
  const base = { id: chain.id, type: 'evm', chainId: 1, rpc: ['http://127.0.0.1:9'], start: 1, traces: 'off' }
  const all = Object.entries({ ...base, finality: { depth: 6 }, ...fields })
  const given = Object.fromEntries(all.filter(([, value]) => value !== undefined))
  const { chains } = configSchema.parse({ chains: [given] })
  const [config] = chains
  if (config === undefined) throw new Error('unreachable')
  return config
}

/** Blocks 1 to 20 with a listed deposit each, final up to 14. */
function followed(fields: { level?: string; unproved?: boolean } = {}): Db {
  const db = freshChain()
  const blocks = Array.from({ length: 20 }, (_, index) =>
    screened(ref(index + 1), [listedDeposit(`0x${index + 1}`)], fields),
  )
  commit(db, blocks, { head: { height: 20 }, finalHeight: 14 })
  noteFinalRule(db, chain.id, { depth: 6, tag: 'finalized' })
  return db
}

const told = (db: Db, fields: object = {}) =>
  checkAgainstLedger(db, configOf(fields)).map(({ what, state, found }) => `${state} ${what}: ${found}`)

describe('a config that says what the ledger says', () => {
  it('is nothing to tell of', () => {
    expect(told(followed())).toEqual([])
    expect(told(freshChain())).toEqual([])
  })
})

describe('a finality that was changed', () => {
  it('is told with what is pending again, and is so: nothing stays final above the cursor less the depth', () => {
    const db = followed()
    const change =
      'finality.depth was 6 and is 10: the final height 14 goes back to 10, and 4 final alerts are pending again until the chain has grown'
    expect(told(db, { finality: { depth: 10 } })).toEqual([`warn finality of ethereum: ${change}`])
    expect(lowerFinal(db, chain.id, 10, at)).toEqual({ from: 14, to: 10, alerts: 4 })
    noteFinalRule(db, chain.id, { depth: 10, tag: 'finalized' })
    expect(story(db).alerts.filter((alert) => alert.includes('final'))).toHaveLength(10)
    expect(told(db, { finality: { depth: 10 } })).toEqual([])
  })

  it('is not one where a reorg has taken the cursor back, and the daemon starts again before it read the other branch', () => {
    const db = followed()
    expect(readChainState(db, chain.id)).toMatchObject({ cursor: { height: 20 }, finalHeight: 14 })
    rollBack(db, chain, blockAt(db, chain.id, 16) ?? null, at)
    expect(lowerFinal(db, chain.id, 6, at)).toBeNull()
    expect(told(db)).toEqual([])
    const to = ref(12)
    rewind(db, chain, { to, served: [], actor: 'ann', note: null, at })
    expect(lowerFinal(db, chain.id, 6, at)).toMatchObject({ from: 12, to: 6 })
  })

  it('leaves what is deep enough final, and says so', () => {
    const db = followed()
    run(db, 'update chains set final_height = 9')
    expect(ruleChange(db, chain.id, { depth: 11, tag: 'finalized' })).toEqual([
      'finality.depth was 6 and is 11: nothing that is final is less deep than that, so it stays final',
    ])
    expect(lowerFinal(db, chain.id, 11, at)).toBeNull()
  })

  it('to a smaller depth or another tag takes nothing back, and is told', () => {
    const db = followed()
    const fields = { finality: { depth: 2, tag: 'none' } }
    expect(told(db, fields)).toEqual([
      'warn finality of ethereum: finality.depth was 6 and is 2: what is final stays final; blocks up to 18 can become final at the next poll of the node, with 4 pending alerts, and a reorg that reaches a final block halts the chain',
      'warn finality of ethereum: finality.tag was finalized and is none: what is final stays final (up to 14); from now on blocks become final by their depth alone',
    ])
    expect(lowerFinal(db, chain.id, 2, at)).toBeNull()
    expect(readFinalRule(db, chain.id)).toEqual({ depth: 6, tag: 'finalized' })
  })
})

describe('blocks that were screened with less than the config asks for now', () => {
  it('are named where call traces were off, with the replay that reads them again', () => {
    const db = followed({ level: 'logs' })
    expect(told(db)).toEqual([])
    const [checkup] = checkAgainstLedger(db, configOf({ traces: 'required' }))
    expect(checkup).toEqual({
      what: 'coverage of ethereum',
      state: 'warn',
      found: '20 blocks from 1 to 20 were screened without call traces (level `logs`)',
      advice:
        '`chainscreen replay ethereum --from 1 --to 20` rescans them, from a node that serves call traces of them; `chainscreen coverage ethereum` shows which they are',
    })
  })

  it('are named where nothing was proved', () => {
    const db = followed({ unproved: true })
    expect(told(db, { verify: 'off' })).toEqual([])
    expect(told(db)).toEqual([
      'warn proof of ethereum: 20 blocks from 1 to 20 were read with `verify: off`: nothing of them was proved',
    ])
    expect(readCoverage(db)[0]).toMatchObject({ gaps: [], notes: [{ from: 1, to: 20 }] })
  })
})

describe('another network under the same id', () => {
  it('is refused without asking a node', () => {
    const bitcoin = { type: 'bitcoin', chainId: undefined, traces: undefined, network: 'mainnet' }
    expect(told(followed(), { chainId: 5 })[0]).toBe(
      'fail chain ethereum: the database knows ethereum as eip155:1, and the config says eip155:5',
    )
    expect(told(followed(), bitcoin)[0]).toContain('the config says bip122:000000000019d6689c085ae165831e93')
  })
})

describe('a rescan that is queued', () => {
  it('is told, and with why it can not go on', () => {
    const db = followed()
    const id = insertReplay(db, { chain: chain.id, from: 2, to: 9, ownRevision: 0 }, at)
    expect(told(db)).toEqual(['warn rescan of ethereum: blocks 2 to 9 are queued to be read'])
    noteReplayFailure(db, id, 'The node has no block 2.')
    expect(told(db)[0]).toContain('the last attempt failed: The node has no block 2.')
  })
})
