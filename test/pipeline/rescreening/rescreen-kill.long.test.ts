import { spawnSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { pinChain } from '../../../src/ledger/blocks/chain.ts'
import { all } from '../../../src/ledger/database.ts'
import { openLedger } from '../../../src/ledger/open.ts'
import { addOwnAddresses } from '../../../src/ledger/own/own-addresses.ts'
import { at, chain } from '../../ledger/fixtures.ts'
import { evm, own, party, transfer, tx } from '../../screening/builders.ts'
import { tempDir } from '../../temp.ts'
import { activateList } from '../fixtures.ts'
import { endState, rescreenAll, store } from './rescreen-fixtures.ts'

const child = fileURLToPath(new URL('./rescreen-kill-child.mjs', import.meta.url))

/** A ledger with history, and a list that found some of it. */
async function prepared(folder: string): Promise<string> {
  const path = join(folder, 'prepared.db')
  const db = openLedger(path)
  pinChain(db, chain, '0xgenesis', at)
  const from = (hash: string, digit: string) =>
    tx({ hash, transfers: [transfer({ parties: [party(evm(digit), 'source')] })] })
  store(db, 7, ...Array.from({ length: 25 }, (_, index) => from(`b${index}`, 'b')))
  store(db, 8, ...Array.from({ length: 25 }, (_, index) => from(`d${index}`, 'd')))
  await addOwnAddresses(db, [{ key: own, address: 'ours', kind: 'hot', reference: '', chain: '' }], at)
  activateList(db, [evm('b'), evm('c')], 'house')
  rescreenAll(db)
  db.close()
  return path
}

/** Runs until it ends by itself. @returns how often it was killed. */
function run(path: string, killAt: (kills: number) => number): number {
  for (let kills = 0; ; kills++) {
    const { status, signal, stderr } = spawnSync(process.execPath, [child, path, String(killAt(kills))])
    if (status === 0) return kills
    if (signal !== 'SIGKILL') throw new Error(`it ended with ${status}: ${stderr}`)
  }
}

function stateOf(path: string) {
  const db = openLedger(path)
  const state = {
    ...endState(db),
    jobs: all(db, `select kind, revision, state, created, removals from rescreens`),
  }
  db.close()
  return state
}

describe('a process that is killed while a list changes', () => {
  it('leaves what the next one ends like one that never was killed, wherever the kills fall', async () => {
    const folder = tempDir()
    const start = await prepared(folder)
    const [quiet, killed] = [join(folder, 'quiet.db'), join(folder, 'killed.db')]
    for (const path of [quiet, killed]) copyFileSync(start, path)
    run(quiet, () => 0)
    const expected = stateOf(quiet)
    expect(expected.jobs.slice(-2)).toEqual([
      { kind: 'list', revision: 2, state: 'done', created: 0, removals: 25 },
      { kind: 'list', revision: 3, state: 'done', created: 26, removals: 0 },
    ])
    // From the activation into the job, each time a little farther: every part between two commits is hit.
    const kills = run(killed, (before) => 20 + before * 12)
    expect(kills).toBeGreaterThan(10)
    expect(stateOf(killed)).toEqual(expected)
  })
})
