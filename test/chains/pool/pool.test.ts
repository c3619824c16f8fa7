import { describe, expect, it } from 'vitest'
import { createPool } from '../../../src/chains/pool/pool.ts'
import { ChainscreenError, type ErrorCode } from '../../../src/diagnostics/errors.ts'
import { FakeChain } from '../fake-chain.ts'

/** Two nodes of one chain, and a clock that stands still until it is told. */
function twoNodes(blocks = 10) {
  const first = Object.assign(new FakeChain(), { endpoint: 'http://first:8545' })
  const second = Object.assign(new FakeChain(), { endpoint: 'http://second:8545' })
  first.mine(blocks)
  second.mine(blocks)
  const clock = { ms: 0, nowMs: () => clock.ms }
  const events: string[] = []
  const pool = createPool([first, second], {
    clock,
    secondLookMs: 1,
    onChange: ({ endpoint, what }) => events.push(`${endpoint} ${what}`),
  })
  return { first, second, clock, events, pool }
}

function failWith(chain: FakeChain, code: ErrorCode, only?: string) {
  chain.onCall = (call) => {
    if (only === undefined || call === only) throw new ChainscreenError(code, `${code} of ${chain.endpoint}.`)
  }
}

describe('a pool of nodes', () => {
  it('asks the first node while it does well', async () => {
    const { first, second, pool } = twoNodes()
    await pool.open()
    await pool.head()
    await pool.block(5)
    expect([first.calls.block, second.calls.block]).toEqual([1, 0])
    expect(pool.endpoint).toBe('http://first:8545')
  })

  it('asks the next node when one fails, and stays with it', async () => {
    const { first, second, pool, events } = twoNodes()
    await pool.open()
    await pool.head()
    failWith(first, 'node-unreachable', 'block')
    expect((await pool.block(5)).height).toBe(5)
    await pool.block(6)
    expect([first.calls.block, second.calls.block]).toEqual([1, 2])
    expect(events).toContain('http://first:8545 suspended')
  })

  it('says when a node that was suspended answers again, once', async () => {
    const { first, pool, events } = twoNodes()
    await pool.open()
    await pool.head()
    failWith(first, 'node-unreachable', 'block')
    await pool.block(5)
    expect(events.at(-2)).toBe('http://first:8545 suspended')
    first.onCall = () => {}
    for (let look = 0; look < 3; look++) await pool.head()
    expect(events.filter((event) => event.endsWith('answers'))).toEqual(['http://first:8545 answers'])
  })

  it('sets the node that served a refused block aside, and lets it take its secrets out of the error first', async () => {
    const { first, second, events, pool } = twoNodes()
    const refused: unknown[] = []
    Object.assign(first, {
      refuse: (_: unknown, error: Error) => {
        error.message = error.message.replace('s3cret', '(secret)')
        refused.push(error)
      },
    })
    await pool.open()
    await pool.head()
    const block = await pool.block(5)
    const error = new ChainscreenError('node-bad-answer', 'its sender is s3cret')
    pool.refuse?.(block, error)
    expect(refused).toEqual([error])
    expect(error.message).toBe('its sender is (secret)')
    expect(events).toContain('http://first:8545 suspended')
    await pool.block(5)
    expect(second.calls.block).toBe(1)
  })

  it('takes a block that is unreadable at one node from the next, where it is not; else as it is', async () => {
    const { first, second, pool } = twoNodes()
    await pool.open()
    await pool.head()
    first.hasUnreadable = true
    expect(await pool.block(5)).toMatchObject({ height: 5, hasUnreadable: false })
    expect(pool.endpoint).toBe('http://first:8545')
    second.hasUnreadable = true
    expect(await pool.block(6)).toMatchObject({ height: 6, hasUnreadable: true })
    failWith(second, 'node-unreachable', 'block')
    expect(await pool.block(7)).toMatchObject({ height: 7, hasUnreadable: true })
    expect([first.calls.block, second.calls.block]).toEqual([3, 3])
  })

  it('does not take another block for one that is unreadable', async () => {
    const { first, second, pool } = twoNodes(4)
    first.hasUnreadable = true
    second.mine(1, 'b')
    first.mine(1)
    await pool.open()
    await pool.head()
    expect(await pool.block(5)).toMatchObject({ hash: 'a5', hasUnreadable: true })
  })

  it('sets a node that answers wrongly aside at once, and tries it again later', async () => {
    const { first, second, pool, clock } = twoNodes()
    await pool.open()
    await pool.head()
    failWith(first, 'node-bad-answer', 'block')
    await pool.block(5)
    const asked = first.calls.head
    await pool.head()
    expect(first.calls.head).toBe(asked)
    clock.ms = 60_000
    await pool.head()
    expect(first.calls.head).toBe(asked + 1)
    expect(second.calls.block).toBe(1)
  })

  it('follows the node that is ahead when the leading one lags', async () => {
    const { first, second, pool } = twoNodes()
    await pool.open()
    await pool.head()
    second.mine(5)
    expect((await pool.head()).height).toBe(15)
    await pool.block(15)
    expect([first.calls.block, second.calls.block]).toEqual([0, 1])
  })

  it('does not change the lead for a node that is a block ahead', async () => {
    const { second, pool } = twoNodes()
    await pool.open()
    await pool.head()
    second.mine(1)
    expect((await pool.head()).height).toBe(10)
  })

  it('opens with the nodes that are there', async () => {
    const { first, pool } = twoNodes()
    failWith(first, 'node-unreachable')
    await pool.open()
    expect((await pool.head()).height).toBe(10)
    expect(pool.endpoint).toBe('http://second:8545')
  })

  it('refuses a node of another chain, whatever the others are', async () => {
    const { second, pool } = twoNodes()
    failWith(second, 'wrong-chain')
    await expect(pool.open()).rejects.toMatchObject({ code: 'wrong-chain' })
  })

  it('says of each node what is wrong when none can be asked', async () => {
    const { first, second, pool } = twoNodes()
    await pool.open()
    failWith(first, 'node-bad-answer')
    failWith(second, 'node-bad-answer')
    await expect(pool.head()).rejects.toMatchObject({
      code: 'node-unreachable',
      retryAfterMs: 60_000,
      details: [
        'http://first:8545: node-bad-answer of http://first:8545.',
        'http://second:8545: node-bad-answer of http://second:8545.',
      ],
    })
  })

  it('asks the others for a header that the leading node forgot', async () => {
    const { second, pool } = twoNodes()
    await pool.open()
    await pool.head()
    const known = second.mine(1, 'b', second.at('a8'))
    expect(await pool.header(known.hash)).toMatchObject({ height: 9, hash: 'b9' })
    expect(await pool.header('nobody')).toBeNull()
  })

  it('halts, after a second look, when two nodes keep to different final blocks', async () => {
    const { first, second, pool } = twoNodes()
    await pool.open()
    second.mine(3, 'b', second.at('a7'))
    first.finalized = 8
    second.finalized = 8
    await expect(pool.head()).rejects.toMatchObject({ code: 'node-disagreement' })
  })

  it('goes on comparing after a node said a final height that none has', async () => {
    const { first, second, pool } = twoNodes()
    await pool.open()
    first.finalized = 1000
    second.finalized = 8
    await pool.head()
    second.mine(3, 'b', second.at('a7'))
    first.finalized = 8
    await expect(pool.head()).rejects.toMatchObject({ code: 'node-disagreement' })
  })

  it('goes on when the second look finds them agreeing', async () => {
    const { first, second, pool } = twoNodes()
    await pool.open()
    second.mine(3, 'b', second.at('a7'))
    first.finalized = 8
    second.finalized = 8
    const hashAt = second.hashAt.bind(second)
    second.hashAt = async (height) => {
      const hash = await hashAt(height)
      // Its own reorganisation ends between the two looks.
      second.tip = second.at('a10')
      return hash
    }
    expect((await pool.head()).height).toBe(10)
  })

  it('reads the mempool of the node that leads, and sets none aside for having none', async () => {
    const { first, second, events } = twoNodes()
    const waits = (tip: string) => async () => ({ tips: [tip], hashes: [], read: async () => [] })
    const nodes = [
      Object.assign(first, { mempool: waits('first') }),
      Object.assign(second, { mempool: waits('second') }),
    ] as const
    const pool = createPool(nodes, {
      secondLookMs: 1,
      onChange: ({ endpoint, what }) => events.push(`${endpoint} ${what}`),
    })
    expect((await pool.mempool?.())?.tips).toEqual(['first'])
    await pool.open()
    failWith(first, 'node-unreachable')
    await pool.head()
    expect((await pool.mempool?.())?.tips).toEqual(['second'])
    const before = [...events]
    nodes[1].mempool = () => Promise.reject(new ChainscreenError('node-missing-data', 'There is none.'))
    await expect(pool.mempool?.()).rejects.toThrow('There is none.')
    expect(events).toEqual(before)
    expect(createPool([new FakeChain()]).mempool).toBeUndefined()
  })
})

describe('a pool of nodes, of which one has no call traces at the moment', () => {
  /** Which traces each node has; `fails`: it does not answer for blocks. */
  async function traced(first: Traces, second: Traces, { serve = [true, true] } = {}) {
    const nodes = twoNodes()
    const states = { first, second }
    for (const name of ['first', 'second'] as const) {
      const node = nodes[name]
      const open = node.open.bind(node)
      const block = node.block.bind(node)
      const serves = serve[name === 'first' ? 0 : 1]
      node.open = async () => ({ ...(await open()), ...(serves && { traces: true as const }) })
      node.block = async (height, signal) => {
        const state = states[name]
        if (state === 'fails') throw new ChainscreenError('node-unreachable', `${name} is away.`)
        if (state === 'required') throw new ChainscreenError('config', `${name} has no traces.`)
        const traces = state === 'away' ? { away: `${name} has no state.` } : state
        return { ...(await block(height, signal)), level: state === 'read' ? 'full' : 'logs', traces }
      }
    }
    await nodes.pool.open()
    await nodes.pool.head()
    return { ...nodes, states }
  }
  type Traces = 'read' | 'none' | 'away' | 'fails' | 'required'

  it('takes a block from the one that has its traces, and stays with it', async () => {
    const { pool } = await traced('away', 'read')
    expect((await pool.block(5)).traces).toBe('read')
    expect(pool.endpoint).toBe('http://second:8545')
  })

  it('takes it without where none has them, and says why', async () => {
    const { pool } = await traced('away', 'away')
    expect((await pool.block(5)).level).toBe('logs')
    const { pool: other } = await traced('none', 'away', { serve: [false, true] })
    expect((await other.block(5)).traces).toEqual({ away: 'second has no state.' })
  })

  it('asks a node that fails again, for a minute, before it takes a block from one without traces', async () => {
    const { pool, clock, states } = await traced('fails', 'none', { serve: [true, false] })
    await expect(pool.block(5)).rejects.toMatchObject({ code: 'node-unreachable', retryAfterMs: 20_000 })
    clock.ms = 59_999
    await expect(pool.block(5)).rejects.toThrow(/http:\/\/first:8545 serves call traces/)
    clock.ms = 60_000
    expect((await pool.block(5)).traces).toEqual({
      away: expect.stringMatching(/http:\/\/first:8545 serves/),
    })
    // The next blocks are not waited for again, until traces were back.
    expect((await pool.block(6)).level).toBe('logs')
    clock.ms = 400_000
    states.first = 'read'
    expect((await pool.block(7)).traces).toBe('read')
    states.first = 'fails'
    await expect(pool.block(8)).rejects.toMatchObject({ code: 'node-unreachable' })
  })

  it('takes blocks without where no node serves traces at all', async () => {
    const { pool } = await traced('none', 'none', { serve: [false, false] })
    expect((await pool.block(5)).traces).toBe('none')
  })

  it('halts only where every node says so', async () => {
    const both = await traced('required', 'required')
    await expect(both.pool.block(5)).rejects.toMatchObject({ code: 'config' })
    const one = await traced('fails', 'required')
    await expect(one.pool.block(5)).rejects.toMatchObject({ code: 'node-unreachable' })
    const aside = await traced('required', 'required')
    failWith(aside.second, 'node-bad-answer', 'head')
    await aside.pool.head()
    await expect(aside.pool.block(5)).rejects.toMatchObject({ code: 'node-unreachable' })
  })
})
