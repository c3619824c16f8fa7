// Every shape of Bitcoin transaction, against a real Bitcoin Core on regtest: makes the chain, follows it through the
// whole pipeline in every way a node can be read, and compares the alerts with what must come out. With FOLDER it
// also writes the fixture `shapes-bitcoin.*` of the tests. The node runs on loopback in a folder of its own.
//
//   npx tsc -p tsconfig.build.json && node scripts/live-bitcoin.mjs BITCOIND [FOLDER]

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { record } from '../dist/chains/recording/record.js'
import { followShapes } from './live-bitcoin-follow.mjs'
import { makeShapes } from './live-bitcoin-shapes.mjs'
import { startBitcoind } from './make-demo-bitcoin-node.mjs'

const [bitcoind, folder] = process.argv.slice(2)
if (bitcoind === undefined) throw new Error('usage: node scripts/live-bitcoin.mjs BITCOIND [FOLDER]')

const node = await startBitcoind(bitcoind)
try {
  // Signatures do not compress: the fixture makes do with fewer.
  const shapes = await makeShapes(node, folder === undefined ? 2000 : 200)
  const { subversion } = await node.rpc('getnetworkinfo')
  console.log(`${subversion}: blocks ${shapes.from} to ${shapes.to}, ${shapes.truth.length} alerts expected`)
  let wrong = 0
  for (const reads of ['rest', 'getblock', 'txindex']) {
    const started = performance.now()
    const { alerts, name, coverage, unscreened } = await followShapes(node, shapes, reads)
    const found = new Set(alerts.map(keyOf))
    const expected = new Set(shapes.truth.map(keyOf))
    const missing = shapes.truth.filter((row) => !found.has(keyOf(row)))
    const tooMany = alerts.filter((row) => !expected.has(keyOf(row)))
    wrong += missing.length + tooMany.length + (alerts.length === shapes.truth.length ? 0 : 1)
    const ms = Math.round(performance.now() - started)
    console.log(
      `${name}: ${alerts.length} alerts, ${missing.length} missing, ${tooMany.length} too many, level ${coverage}, ${unscreened} unscreened, ${ms} ms`,
    )
    for (const row of missing) console.log('  missing ', row.name, keyOf(row))
    for (const row of tooMany) console.log('  too many', keyOf(row))
    if (reads === 'rest')
      for (const row of shapes.truth) console.log(`  ${found.has(keyOf(row)) ? 'ok' : 'NO'}  ${row.name}`)
  }
  if (folder !== undefined) await keep(shapes)
  process.exitCode = wrong === 0 ? 0 : 1
} finally {
  await node.stop()
}

function keyOf({ txHash, transfer, direction, role, match, entry, level, amount, tags }) {
  return [txHash, transfer, direction, role, match, entry, level, amount, tags.join()].join(' ')
}

async function keep({ from, to, own, listed, truth }) {
  const file = (end) => join(folder, `shapes-bitcoin.${end}`)
  const out = file('recording.jsonl.gz')
  await record({
    family: 'bitcoin',
    url: node.url,
    auth: { cookie: node.cookie },
    from,
    to,
    out,
    everything: true,
  })
  const head = 'address,subject,program,listed_on,removed_on,source\n'
  const rows = listed.map(
    (address, i) => `${address},Fictitious Party ${i + 1},SHAPES,2024-03-01,,https://example.org/shapes\n`,
  )
  writeFileSync(file('list.csv'), head + rows.join(''))
  writeFileSync(
    file('own.csv'),
    `address,kind,reference\n${own.map((address, i) => `${address},deposit,shapes-${i}\n`).join('')}`,
  )
  writeFileSync(file('json'), `${JSON.stringify({ network: 'regtest', firstBlock: from }, null, 2)}\n`)
  writeFileSync(file('truth.json'), `${JSON.stringify({ alerts: truth }, null, 2)}\n`)
}
