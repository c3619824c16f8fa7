import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { loadRecording } from '../../src/chains/recording/recording.ts'
import { createReplayNode } from '../../src/chains/recording/replay-node.ts'
import { loadConfig } from '../../src/config/load.ts'
import { runDaemon } from '../../src/daemon.ts'
import { rememberingLog } from '../lists/remembering-log.ts'
import { single } from '../threads/single.ts'
import { newProject } from './project.ts'

const folder = fileURLToPath(new URL('../../data/chains/', import.meta.url))
const { tokens } = JSON.parse(readFileSync(join(folder, 'demo-evm.json'), 'utf8')) as { tokens: unknown[] }

/** A user who follows the demo's chain, and names tokens in the config. */
async function user() {
  const recording = await loadRecording(join(folder, 'demo-evm.recording.jsonl.gz'))
  if (recording.family !== 'evm') throw new Error('the recording is of an EVM chain')
  const node = await createReplayNode(recording, { view: recording.views.length })
  onTestFinished(() => node.close())
  const project = newProject()
  const start = Math.min(...recording.views.map(({ from }) => from))
  const { chainId } = recording.header
  const configure = (named: readonly unknown[]) =>
    project.configure({
      lists: [{ id: 'ofac', file: 'bundled', maxIssueAge: 'off' }],
      chains: [
        { id: 'evm', type: 'evm', chainId, rpc: [node.url], start, finality: { depth: 6 }, tokens: named },
      ],
    })
  configure([])
  await project.own(join(folder, 'demo-evm.own.csv'))
  const { log, lines } = rememberingLog()
  const follow = async (named: readonly unknown[]) => {
    configure(named)
    await runDaemon(single(loadConfig(project.config)), {
      ...{ once: true, create: true, signal: new AbortController().signal, log },
    })
  }
  const graded = () =>
    project.query(
      `select id, current_level, current_tags, current_symbol, current_decimals, asset, amount from alerts_current order by id`,
    )
  return { project, configure, follow, graded, lines }
}

describe('tokens that the config names after their blocks were followed', () => {
  it('grade the alerts of a recorded chain as if they had been named from the beginning', async () => {
    const [late, early] = [await user(), await user()]
    await late.follow([])
    const raised = late.project.query('select * from alerts order by id')
    await late.follow(tokens)
    await early.follow(tokens)
    expect(late.graded()).toEqual(early.graded())
    expect(late.project.query<{ id: string }>('select * from alerts order by id')).toEqual(
      expect.arrayContaining(raised),
    )
    expect(late.lines).toContainEqual(
      expect.stringMatching(/^warn evm: the config describes 0x\w+ \(not named, now \w+\)/),
    )
    expect(late.lines).toContainEqual(
      expect.stringMatching(
        /^warn \d+ alerts got the event regraded, because the config describes their assets differently/,
      ),
    )
    const events = late.project.query(`select * from alert_events where kind = 'regraded'`)
    expect(events.length).toBeGreaterThan(0)
    await late.follow(tokens)
    expect(late.project.query(`select * from alert_events where kind = 'regraded'`)).toEqual(events)
  })

  it('grade them too where a replay is the first to run with the names', async () => {
    const [late, early] = [await user(), await user()]
    await late.follow([])
    late.configure(tokens)
    const replayed = await late.project.run('replay', 'evm', '--from', '1', '--to', '12')
    expect(replayed).toMatchObject({ code: 0 })
    await early.follow(tokens)
    expect(late.graded()).toEqual(early.graded())
  })
})
