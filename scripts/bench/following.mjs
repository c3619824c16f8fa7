// One whole backfill as the daemon does it: follow, extract, screen, write into a SQLite file of its own. With readers, the same
// threads read in every round, as they do in a daemon that runs.

import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { follow } from '../../dist/chains/follower.js'
import { configSchema } from '../../dist/config/schema.js'
import { all } from '../../dist/ledger/database.js'
import { openLedger } from '../../dist/ledger/open.js'
import { loadLists } from '../../dist/lists/load-lists.js'
import { addOwn } from '../../dist/own/import-own.js'
import { chainOf, createSource, pinned } from '../../dist/pipeline/blocks/create-source.js'
import { createLedgerStore } from '../../dist/pipeline/blocks/ledger-store.js'
import { rereadWhole } from '../../dist/pipeline/blocks/screen-blocks.js'
import { ScreeningIndex } from '../../dist/pipeline/blocks/screening-index.js'
import { Readers } from '../../dist/threads/readers.js'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const now = () => new Date().toISOString()

/**
 * One contestant for each number of readers, such as `0,1`: see {@link following}.
 *
 * @returns them; `stop` of each ends its threads.
 */
export async function followings(folder, settings, readers) {
  const contestants = []
  for (const count of readers.split(',').map(Number)) {
    const name = count === 0 ? 'chainscreen, one thread' : `chainscreen, readers: ${count}`
    contestants.push({ name, ...(await following(folder, { ...settings, readers: count })) })
  }
  return contestants
}

/**
 * Makes a ledger with the bundled list and own addresses; each run starts from a copy of it.
 *
 * @param options.chain as in the config file.
 * @param options.readers how many threads read blocks; 0: the main thread does.
 * @returns `prepare` and `run` for {@link inTurn}; `stop` ends the threads.
 */
async function following(folder, { chain, own, expected, readers = 0 }) {
  const template = join(folder, `template-${readers}.db`)
  const file = join(folder, `follow-${readers}.db`)
  const threads = readers === 0 ? undefined : new Readers(readers, silent)
  const config = configSchema.parse({
    database: template,
    lists: [{ id: 'ofac', file: 'bundled' }],
    chains: [chain],
  })
  const [chainConfig] = config.chains
  remove(template)
  const made = openLedger(template)
  await loadLists(made, config.lists, silent, now)
  await addOwn(made, own, { kind: 'deposit', reference: '', chain: '' }, config.chains, now())
  made.close()

  return {
    prepare() {
      remove(file)
      copyFileSync(template, file)
      const db = openLedger(file)
      return { db, index: new ScreeningIndex(db) }
    },
    async run({ db, index }) {
      const reading = threads && { threads, own: index.ownTable }
      const bare = createSource(chainConfig, { readers: reading })
      const described = chainOf(chainConfig, bare)
      const source = pinned(bare, db, described, now)
      await follow({
        chain: described.id,
        source,
        store: createLedgerStore({ db, chain: described, index, now, reread: rereadWhole(source) }),
        start: chainConfig.start,
        finality: chainConfig.finality,
        prefetch: chainConfig.prefetch,
        pollMs: chainConfig.pollMs,
        once: true,
        signal: new AbortController().signal,
      })
      await source.close()
      const found = countsOf(db)
      db.close()
      for (const [what, number] of Object.entries(expected))
        if (found[what] !== number) throw new Error(`${what}: expected ${number}, found ${found[what]}`)
    },
    stop: () => threads?.stop(),
    counts() {
      const db = openLedger(file)
      const counts = countsOf(db)
      db.close()
      return counts
    },
  }
}

function countsOf(db) {
  const [counts] = all(
    db,
    `select (select count(*) from alerts) as alerts, (select count(*) from transfers) as transfers,
       (select sum(to_height - from_height + 1) from coverage) as blocks`,
  )
  return counts
}

function remove(file) {
  for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true })
}
