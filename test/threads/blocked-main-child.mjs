// A daemon whose main thread does nothing but look into the database: `node blocked-main-child.mjs DATABASE LIST ADDRESSES`.
// It says `loaded` when its lists change all the same, which only another thread can do.
import { readFileSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { configSchema } from '../../dist/config/schema.js'
import { runDaemon } from '../../dist/daemon.js'

const [database, list, address] = process.argv.slice(2)
const config = configSchema.parse({
  database,
  lists: [{ id: 'house', format: 'csv', file: list }],
  chains: [],
})
const stop = new AbortController()
const none = () => {}

function blockMainThread() {
  writeFileSync(list, `${readFileSync(list)}${address},Another party\n`)
  const db = new Database(database, { readonly: true })
  const revision = db.prepare(`select value from meta where key = 'list_revision'`).pluck()
  const before = revision.get()
  const until = performance.now() + 60_000
  while (revision.get() === before && performance.now() < until);
  console.log(revision.get() === before ? 'not loaded' : 'loaded')
  db.close()
  stop.abort()
}

const warn = (_about, text = _about) => {
  if (String(text).startsWith('no chain is configured')) setImmediate(blockMainThread)
}
const log = { debug: none, info: none, warn, error: console.error }
await runDaemon(config, { once: false, create: true, signal: stop.signal, log })
console.log('ended')
