import { describe, expect, it } from 'vitest'
import type { BlockOptions, ChainSource, SourceBlock } from '../../../src/chains/source.ts'
import { ChainscreenError, messageOf } from '../../../src/diagnostics/errors.ts'
import { type Db, inTransaction } from '../../../src/ledger/database.ts'
import { bumpRevision } from '../../../src/ledger/revisions.ts'
import { createRecheck, type RecheckDifference } from '../../../src/pipeline/rescans/recheck.ts'
import { FakeChain } from '../../chains/fake-chain.ts'
import { followOnce } from '../../chains/follow-through.ts'
import { at, story } from '../../ledger/fixtures.ts'
import { type Screening, screeningLedger } from '../fixtures.ts'

const signal = new AbortController().signal

/** A chain of ten blocks that was followed to its head, and a second reading of it two blocks behind. */
async function followed(beforeWrite: (db: Db) => void = () => {}) {
  const node = new FakeChain()
  node.mine(10)
  const ledger = screeningLedger()
  const differences: RecheckDifference[] = []
  // The time is asked for right before a reading is written.
  const now = () => {
    beforeWrite(ledger.db)
    return at
  }
  const context = { ...ledger.context, now }
  const recheck = createRecheck(context, node, 2, (difference) => differences.push(difference))
  await recheck.run(signal)
  await follow(node, ledger)
  return { node, ledger, recheck, differences }
}

async function follow(node: FakeChain, { store }: Screening) {
  await followOnce(node, store)
}

/** The node now serves a block with other transactions under the same hash. */
function serveOtherwise(node: FakeChain, hash: string, transactions: readonly string[]) {
  const block = { ...node.at(hash), transactions }
  node.blocks.set(hash, block)
  if (node.tip.hash === hash) node.tip = block
}

describe('a second reading', () => {
  it('finds nothing where the node serves the same again', async () => {
    const { recheck, differences, ledger } = await followed()
    const before = story(ledger.db)
    await recheck.run(signal)
    expect(differences).toEqual([])
    expect(story(ledger.db)).toEqual(before)
  })

  it('reads each block once, and none that is not yet deep enough', async () => {
    const { node, recheck, ledger } = await followed()
    await recheck.run(signal)
    const asked: number[] = []
    node.onCall = (call, height) => {
      if (call === 'block' && height !== undefined) asked.push(height)
    }
    await recheck.run(signal)
    expect(asked).toEqual([])
    node.mine(2)
    await follow(node, ledger)
    asked.length = 0
    await recheck.run(signal)
    expect(asked).toEqual([9, 10])
  })

  it('alarms when a block has a movement more, raises the alert, and notes it', async () => {
    const { node, recheck, differences, ledger } = await followed()
    await recheck.run(signal)
    node.mine(2)
    await follow(node, ledger)
    serveOtherwise(node, 'a10', ['0x10', '0xmissed'])
    await recheck.run(signal)
    expect(differences).toMatchObject([{ height: 10, hash: 'a10', extra: [] }])
    expect(differences[0]?.missing.join()).toContain('0xmissed')
    expect(story(ledger.db).alerts).toContain('0xmissed pending a10')
    expect(ledger.db.prepare(`select from_height, to_height, what from unscreened`).raw().all()).toEqual([
      [10, 10, 'recheck'],
    ])
  })

  it('closes what a first reading without call traces left open, and that is no alarm', async () => {
    const { node, recheck, differences, ledger } = await followed()
    await recheck.run(signal)
    const block = node.block.bind(node)
    const reason = 'value moved inside contract calls is not read'
    node.block = async (height, abort) => ({
      ...(await block(height, abort)),
      ...{ level: 'logs', traces: { away: 'no state' }, unscreened: [{ what: 'traces', reason }] },
    })
    node.mine(2)
    await follow(node, ledger)
    // Still away the second time: nothing is known better.
    await recheck.run(signal)
    expect(differences).toEqual([])
    node.block = async (height, abort) => ({ ...(await block(height, abort)), traces: 'read' })
    node.mine(2)
    await follow(node, ledger)
    serveOtherwise(node, 'a11', ['0x11', '0xinside'])
    await recheck.run(signal)
    expect(differences).toEqual([])
    expect(story(ledger.db).alerts).toContain('0xinside pending a11')
    expect(ledger.db.prepare('select sum(to_height - from_height + 1) from unscreened').raw().get()).toEqual([
      2,
    ])
    expect(ledger.db.prepare('select count(*) from unscreened where closed_at is null').raw().get()).toEqual([
      0,
    ])
  })

  describe('of a block of which something of transactions was not read', () => {
    const gaps = [
      { what: 'traces', reason: 'a call in its trace can’t be read', txHash: '0xinside' },
      { what: 'traces', reason: 'the node does not trace it', txHash: '0xsync' },
    ]
    async function withGaps() {
      const all = await followed()
      const { node, recheck, ledger } = all
      await recheck.run(signal)
      const block = node.block.bind(node)
      node.block = async (height, abort) => ({ ...(await block(height, abort)), unscreened: gaps })
      node.mine(1)
      await follow(node, ledger)
      node.block = async (height, abort) => ({ ...(await block(height, abort)), unscreened: gaps.slice(1) })
      node.mine(2)
      await follow(node, ledger)
      const open = () =>
        ledger.db
          .prepare(
            `select tx_hash from unscreened where from_height = 11 and what = 'traces' and closed_at is null order by 1`,
          )
          .pluck()
          .all()
      expect(open()).toEqual(['0xinside', '0xsync'])
      return { ...all, open }
    }

    it('closes what it read now, and what that tells is no alarm', async () => {
      const { node, recheck, differences, ledger, open } = await withGaps()
      serveOtherwise(node, 'a11', ['0x11', '0xinside'])
      await recheck.run(signal)
      expect(differences).toEqual([])
      expect(story(ledger.db).alerts).toContain('0xinside pending a11')
      expect(open()).toEqual(['0xsync'])
    })

    it('closes it also where nothing more is told', async () => {
      const { recheck, differences, open } = await withGaps()
      await recheck.run(signal)
      expect([differences, open()]).toEqual([[], ['0xsync']])
    })

    it('still alarms of what is more in another transaction', async () => {
      const { node, recheck, differences, open } = await withGaps()
      serveOtherwise(node, 'a11', ['0x11', '0xinside', '0xmissed'])
      await recheck.run(signal)
      expect(differences).toMatchObject([{ height: 11, extra: [] }])
      expect(differences[0]?.missing.join()).toContain('0xmissed')
      expect(differences[0]?.missing.join()).not.toContain('0xinside')
      expect(open()).toEqual(['0xsync'])
    })
  })

  it('that lacks the same traces as the first, such as those of a chain’s own transaction, still tells what differs', async () => {
    const { node, recheck, differences, ledger } = await followed()
    const block = node.block.bind(node)
    const unscreened = [{ what: 'traces', reason: "the node does not trace the chain's own transaction" }]
    node.block = async (height, abort) => ({ ...(await block(height, abort)), traces: 'read', unscreened })
    node.mine(2)
    await follow(node, ledger)
    await recheck.run(signal)
    node.mine(2)
    await follow(node, ledger)
    serveOtherwise(node, 'a12', ['0x12', '0xmissed'])
    await recheck.run(signal)
    expect(differences).toMatchObject([{ height: 12, extra: [] }])
    // Of block 11, which is the same, nothing is written.
    expect(
      ledger.db.prepare(`select from_height, to_height from coverage where kind = 'replay'`).raw().all(),
    ).toEqual([[12, 12]])
  })

  describe('of a block that a reader reduced', () => {
    /** Block 10 has a movement more now, and answers for the own addresses of a revision, unless it is asked for whole. */
    function serveReduced(node: FakeChain, ownRevision: () => number, whole: Partial<SourceBlock> = {}) {
      serveOtherwise(node, 'a10', ['0x10', '0xmissed'])
      const asked: string[] = []
      const block = node.block.bind(node)
      node.block = async (height, abort, options?: BlockOptions) => {
        asked.push(`${height}${options?.whole ? ' whole' : ''}`)
        const served = await block(height, abort)
        return options?.whole ? { ...served, ...whole } : { ...served, ownRevision: ownRevision() }
      }
      return asked
    }
    const noted = (db: Db) =>
      db.prepare(`select from_height, to_height, what from unscreened where closed_at is null`).raw().all()

    it('before addresses became own, reads it again whole, and compares that', async () => {
      const { node, recheck, differences, ledger } = await followed()
      node.mine(2)
      await follow(node, ledger)
      const asked = serveReduced(node, () => -1)
      await recheck.run(signal)
      expect(asked.filter((each) => each.startsWith('10'))).toEqual(['10', '10 whole'])
      expect(differences).toMatchObject([{ height: 10, extra: [] }])
      expect(noted(ledger.db)).toEqual([[10, 10, 'recheck']])
    })

    /** Right before block 10 is written, an address becomes own. */
    const lateOwn = () => {
      let isDue = true
      return (db: Db) => {
        if (isDue) inTransaction(db, () => bumpRevision(db, 'own'))
        isDue = false
      }
    }

    it('keeps its note where addresses become own before it is written, and it is read again', async () => {
      const { node, recheck, differences, ledger } = await followed(lateOwn())
      node.mine(2)
      await follow(node, ledger)
      const asked = serveReduced(node, () => 0)
      await recheck.run(signal)
      expect(asked.filter((each) => each.startsWith('10'))).toEqual(['10', '10 whole'])
      expect(differences).toMatchObject([{ height: 10, extra: [] }])
      expect(story(ledger.db).alerts).toContain('0xmissed pending a10')
      expect(noted(ledger.db)).toEqual([[10, 10, 'recheck']])
    })

    it('tells the source where extraction refuses what was read again', async () => {
      const { node, recheck, ledger } = await followed(lateOwn())
      node.mine(2)
      await follow(node, ledger)
      const lie = new ChainscreenError('node-bad-answer', 'a lie')
      const content: SourceBlock['content'] = {
        family: 'made-up',
        get extraction(): never {
          throw lie
        },
      }
      serveReduced(node, () => 0, { content })
      const refused: unknown[] = []
      const source: ChainSource = node
      source.refuse = (block, error) => refused.push(`${block.hash} ${messageOf(error)}`)
      await expect(recheck.run(signal)).rejects.toThrow('a lie')
      expect(refused).toEqual(['a10 a lie'])
      expect(noted(ledger.db)).toEqual([])
    })
  })

  it('alarms when a block has a movement less, and keeps what stands', async () => {
    const { node, recheck, differences, ledger } = await followed()
    await recheck.run(signal)
    node.mine(2)
    await follow(node, ledger)
    const before = story(ledger.db).alerts
    serveOtherwise(node, 'a9', [])
    await recheck.run(signal)
    expect(differences).toMatchObject([{ height: 9, missing: [] }])
    expect(differences[0]?.extra.join()).toContain('0x9')
    expect(story(ledger.db).alerts).toEqual(before)
  })
})
