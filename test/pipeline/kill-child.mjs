// A daemon's work in a process of its own, made to be killed: `node kill-child.mjs DATABASE PHASE KILL_AT`.
// It kills itself (SIGKILL: nothing is cleaned up) right before the KILL_ATth statement that SQLite would run; 0 = never.
import Database from 'better-sqlite3'
import { follow } from '../../dist/chains/follower.js'
import { pinChain } from '../../dist/ledger/blocks/chain.js'
import { takeDaemonLock } from '../../dist/ledger/file-locks.js'
import { putFreezeLists } from '../../dist/ledger/freezes/freeze-contracts.js'
import { openLedger } from '../../dist/ledger/open.js'
import { addOwnAddresses } from '../../dist/ledger/own/own-addresses.js'
import { createLedgerStore } from '../../dist/pipeline/blocks/ledger-store.js'
import { ScreeningIndex } from '../../dist/pipeline/blocks/screening-index.js'
import { newPace, readPastFreezes } from '../../dist/pipeline/freezes/read-past-freezes.js'
import { createMempoolReader } from '../../dist/pipeline/mempool/poll-mempool.js'
import { replay } from '../../dist/pipeline/rescans/replay.js'

const [path, phase, killAt] = [process.argv[2], process.argv[3], Number(process.argv[4])]
const now = () => new Date().toISOString()
const finality = { depth: 6 }

let statements = 0
const prototype = Object.getPrototypeOf(new Database(':memory:').prepare('select 1'))
for (const method of ['run', 'get', 'all']) {
  const original = prototype[method]
  prototype[method] = function (...args) {
    if (++statements === killAt) process.kill(process.pid, 'SIGKILL')
    return original.apply(this, args)
  }
}

const key = (digit) => `evm:${digit.repeat(40)}`
const listedEarly = key('b')
const listedLate = key('d')

/** Branch a up to 40, branch b from 36 on: which of the two a node follows is the phase. */
const forkHeight = 36
const hashOf = (height, branch) => `${height > forkHeight ? branch : 'a'}${height}`

/** An issuer freezes an account before following begins, lets it go, and freezes it again late on both branches. */
const issuer = `0x${'5'.repeat(40)}`
const deeds = { a1: 'frozen', a14: 'unfrozen', a15: 'frozen', a28: 'unfrozen', a38: 'frozen', b39: 'frozen' }

function freezesOf(height, branch) {
  const hash = hashOf(height, branch)
  const change = deeds[hash]
  if (change === undefined) return []
  return [{ ...{ contract: issuer, account: key('7'), change }, txHash: `freeze-${hash}`, logIndex: 0 }]
}

/** Every block has clean traffic; every seventh a deposit from the account that is frozen now and then; every third a deposit from a listed address, and every fifth spam of unknown tokens. */
function transactionsOf(height, branch) {
  const transfer = (id, from, tags = []) => ({
    ...{
      id,
      direction: 'deposit',
      asset: 'native',
      symbol: null,
      amount: BigInt(height),
      own: key('a'),
      tags,
    },
    parties: [{ key: from, role: 'source' }],
  })
  const tx = (hash, transfers) => ({
    hash,
    transfers,
    parties: [{ key: key('9'), role: 'initiator' }],
    ownSigned: false,
  })
  const from = height % 2 ? listedEarly : listedLate
  const spam = [0, 1, 2].map((index) => transfer(`log:${index}`, from, ['unknown-asset']))
  return [
    tx(`clean${height}`, [transfer('value', key('1'))]),
    ...(height % 7 === 0 ? [tx(`frozen${height}`, [transfer('value', key('7'))])] : []),
    ...(height % 3 === 0 ? [tx(`listed${height}`, [transfer('value', from)])] : []),
    ...(height % 5 === 0 ? [tx(`spam${height}`, spam)] : []),
    ...(height > forkHeight ? [tx(`only-${branch}${height}`, [transfer('value', from)])] : []),
  ]
}

/** Three that wait on branch a. Branch b has one of them, and what took the place of another; the third is lost. */
const waiting = ['only-b39', 'lost', 'gone'].map((hash) => ({
  hash,
  spends: [`${hash}:0`],
  content: { family: 'made-up', transaction: { ...transactionsOf(39, 'b').at(-1), hash } },
}))

function spentIn(height, branch) {
  if (branch !== 'b') return []
  if (height === 39) return [{ spent: 'only-b39:0', by: 'only-b39' }]
  return height === 41 ? [{ spent: 'lost:0', by: 'instead' }] : []
}

const mempoolOn = (tip, transactions) => ({
  tips: [tip],
  hashes: transactions.map(({ hash }) => hash),
  read: async (hashes) => transactions.filter(({ hash }) => hashes.includes(hash)),
})

function sourceOf(branch, headHeight) {
  const block = (height) => ({
    ...{
      height,
      hash: hashOf(height, branch),
      parentHash: hashOf(height - 1, branch),
      time: 1_700_000_000 + height,
    },
    level: height < 20 ? 'logs' : 'full',
    unscreened: height % 10 < 4 ? [{ what: 'traces', reason: 'none here' }] : [],
    bytes: 1,
    content: {
      family: 'made-up',
      extraction: { transactions: transactionsOf(height, branch), unscreened: [] },
      conflicts: spentIn(height, branch),
    },
    freezes: freezesOf(height, branch),
  })
  return {
    ...{ caip2: 'eip155:1', endpoint: 'http://fake', open: async () => ({}), close: async () => {} },
    head: async () => ({ height: headHeight, hash: hashOf(headHeight, branch), finalized: null }),
    header: async (hash) => block(Number(hash.slice(1))),
    block: async (height) => block(height),
  }
}

const db = openLedger(path)
const release = await takeDaemonLock(db)
const chain = { id: 'ethereum', caip2: 'eip155:1', addressText: (each) => each }
pinChain(db, chain, 'a0', now())

const csv = { id: 'house', format: 'csv', maxAgeSeconds: null, maxRemoved: 0.05 }
const list = async (name) => {
  // Loaded only where it is used: with all its formats it takes longer than everything else.
  const { importList } = await import('../../dist/lists/import-list.js')
  return importList(db, csv, { path: `${path}.${name}.csv` }, { approve: false, at: now() })
}
const context = () => ({ db, chain, index: new ScreeningIndex(db), now })
const followTo = (branch, height) =>
  follow({
    ...{ chain: 'ethereum', source: sourceOf(branch, height), store: createLedgerStore(context()) },
    ...{ start: 3, finality, prefetch: 2, pollMs: 1, once: true, signal: new AbortController().signal },
  })
const own = { key: key('a'), address: 'text', kind: 'hot', reference: 'u1', chain: '' }

/** What waits, as a daemon looks at it. */
const look = (tip, transactions) => {
  const source = { mempool: async () => mempoolOn(tip, transactions) }
  return createMempoolReader(context(), source).poll(new AbortController().signal)
}

const freezes = { id: 'freezes', chain: 'ethereum', maxAgeSeconds: null }
const contracts = [{ contract: issuer, symbol: 'USDT', from: 0 }]
const reader = {
  find: async (_contracts, from, to) => ({ blocks: from <= 1 && to >= 1 ? [{ height: 1, hash: 'a1' }] : [] }),
  read: async (height) => ({
    ...{ height, hash: hashOf(height, 'a'), time: 1_700_000_000 + height, unscreened: [] },
    freezes: freezesOf(height, 'a'),
  }),
}
const pastOptions = () => ({ now, signal: new AbortController().signal, pace: { ...newPace(), size: 1 } })

const phases = {
  list: () => list('first'),
  own: async () => {
    await addOwnAddresses(db, [own], now())
    putFreezeLists(db, [{ ...freezes, contracts }], now())
  },
  follow: async () => {
    await followTo('a', 40)
    await readPastFreezes(db, chain, reader, pastOptions())
  },
  wait: () => look('a40', waiting),
  'newer-list': () => list('second'),
  reorg: () => followTo('b', 44),
  waited: () => look('b44', []),
  replay: () => replay(context(), sourceOf('b', 44), { from: 3, to: 30, prefetch: 2, finality }),
}
await phases[phase]()
release()
db.close()
