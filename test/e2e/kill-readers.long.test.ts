import { readFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createReplayNode } from '../../src/chains/recording/replay-node.ts'
import { contentsOf } from './database.ts'
import { type DemoFamily, demoFile, demoLists } from './demo-chain.ts'
import { fillOnce, newProject, type Project } from './project.ts'
import { waitFor } from './wait-for.ts'

const most = 6

/** A node that is slow enough for a kill to find blocks under way, and what a config says of its chain. */
async function slowNode(family: DemoFamily) {
  const node = await createReplayNode(demoFile(`demo-${family}.recording.jsonl.gz`), {
    view: 1,
    latencyMs: 15,
  })
  onTestFinished(() => node.close())
  const { firstBlock } = JSON.parse(readFileSync(demoFile(`demo-${family}.json`), 'utf8'))
  const chain = {
    ...{ id: family, rpc: [node.url], start: firstBlock, finality: { depth: 6 }, prefetch: 2 },
    ...(family === 'evm' ? { type: 'evm', chainId: 31337 } : { type: 'bitcoin', network: 'regtest' }),
  }
  return { node, chain }
}

/** A user of the demo's lists and own addresses, from the same database for both. */
async function newUser(family: DemoFamily, chain: object, readers: number): Promise<Project> {
  const user = newProject()
  const lists = demoLists
  await fillOnce(user, `kill readers ${family}`, async () => {
    user.configure({ lists })
    await user.follow()
    user.configure({ lists, chains: [chain] })
    await user.own(demoFile(`demo-${family}.own.csv`))
  })
  user.configure({ lists, threads: { readers }, chains: [chain] })
  return user
}

/**
 * All rows of all tables. Steps are cut where blocks happen to be ready, and what is final is said with the last block of one: the order of
 * events is another, and each is there once.
 */
function endState(user: Project) {
  const { outbox = [], ...tables } = contentsOf(user.database, { times: false }) ?? {}
  const events = outbox.map((row) =>
    JSON.stringify(JSON.parse(row).filter(([name]: [string]) => name !== 'sequence')),
  )
  return { ...tables, outbox: events.sort() }
}

function cursorOf(user: Project): string {
  return JSON.stringify(user.query('select cursor_height, cursor_hash from chains'))
}

/** `run --once` until it comes to its end; killed up to so many times, each time once it moved, and some milliseconds later. */
async function follow(user: Project, kills: number): Promise<number> {
  for (let killed = 0; ; ) {
    const before = cursorOf(user)
    const run = user.start(['run', '--once'])
    let ended = false
    void run.done.then(() => {
      ended = true
    })
    if (killed < kills) {
      await waitFor('a step', () => (ended || cursorOf(user) !== before ? true : undefined))
      await new Promise((resolve) => setTimeout(resolve, (killed * 7) % 60))
      if (!ended) run.child.kill('SIGKILL')
    }
    const { code, stderr } = await run.done
    if (code === 0) return killed
    expect({ code, stderr }).toEqual({ code: null, stderr: '' })
    killed++
  }
}

describe.each(['evm', 'bitcoin'] as const)('a daemon whose readers read %s blocks', (family) => {
  it('ends, killed again and again, with the database of one thread that never was', async () => {
    const { node, chain } = await slowNode(family)
    const [quiet, killed] = [await newUser(family, chain, 0), await newUser(family, chain, 2)]
    let kills = 0
    for (const view of [1, 2]) {
      node.setView(view)
      await follow(quiet, 0)
      kills += await follow(killed, most)
    }
    expect(kills).toBeGreaterThan(5)
    expect(endState(killed)).toEqual(endState(quiet))
  }, 600_000)
})
