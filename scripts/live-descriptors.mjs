// Derivation of own addresses against a real Bitcoin Core: random descriptors of every form, each at several indexes
// of every branch, compared with `deriveaddresses`; and every checksum with `getdescriptorinfo`. The node runs on loopback, on
// regtest, in a folder of its own, which is removed.
//
// With FILE the first two descriptors of each form become the fixture of the tests.
//
//   npx tsc -p tsconfig.build.json && node scripts/live-descriptors.mjs BITCOIND [SEED [DESCRIPTORS [FILE]]]

import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import {
  deriveHdPath,
  deriveHdPrivateNodeFromSeed,
  deriveHdPublicNode,
  encodeHdPublicKey,
} from '@bitauth/libauth'
import { makeKey } from '../dist/address/key.js'
import { addressText } from '../dist/address/text.js'
import { scriptsOfBranch } from '../dist/descriptor/derive.js'
import { parseDescriptor } from '../dist/descriptor/parse-descriptor.js'
import { startBitcoind } from './make-demo-bitcoin-node.mjs'

const [bitcoind, seed = '1', descriptors = '1000', file] = process.argv.slice(2)
if (bitcoind === undefined)
  throw new Error('usage: node scripts/live-descriptors.mjs BITCOIND [SEED [DESCRIPTORS]]')

let drawn = 0
const bytes = () => createHash('sha256').update(`${seed}/${drawn++}`).digest()
const below = (n) => bytes().readUInt32BE(0) % n
const oneOf = (list) => list[below(list.length)]

const forms = {
  pkh: () => `pkh(${key('legacy')})`,
  wpkh: () => `wpkh(${key('segwit')})`,
  'sh-wpkh': () => `sh(wpkh(${key('segwit')}))`,
  tr: () => `tr(${key('taproot')})`,
  sh: () => `sh(${multi(15, 'legacy')})`,
  wsh: () => `wsh(${multi(20, 'segwit')})`,
  'sh-wsh': () => `sh(wsh(${multi(20, 'segwit')}))`,
}

/** One branching of a descriptor: all its keys have it, or none. */
let tuple = null

function key(place) {
  const private_ = deriveHdPrivateNodeFromSeed(bytes())
  const origin =
    below(2) === 0
      ? ''
      : `[${bytes().toString('hex').slice(0, 8)}${oneOf(['', '/84h/0h/0h', "/48'/1'/0'/2'", '/0/1'])}]`
  if (below(6) === 0) {
    const { publicKey } = deriveHdPublicNode(private_)
    const hex = Buffer.from(publicKey).toString('hex')
    return origin + (place === 'taproot' && below(2) === 0 ? hex.slice(2) : hex)
  }
  const node = deriveHdPath(private_, `m/${below(5)}'/${below(100)}'`)
  const { hdPublicKey } = encodeHdPublicKey({ network: 'testnet', node: deriveHdPublicNode(node) })
  const steps = Array.from({ length: below(3) }, () => `/${oneOf([0, 1, 7, 2147483647])}`)
  if (tuple !== null && below(3) > 0) steps.splice(below(steps.length + 1), 0, `/${tuple}`)
  return `${origin}${hdPublicKey}${steps.join('')}${below(5) === 0 ? '' : '/*'}`
}

function multi(most, place) {
  const n = 1 + below(most)
  const keys = Array.from({ length: n }, () => key(place))
  return `${oneOf(['multi', 'sortedmulti'])}(${1 + below(n)},${keys.join(',')})`
}

const node = await startBitcoind(bitcoind)
let [addresses, wrong] = [0, 0]
const counts = {}
const kept = []
try {
  for (let i = 0; i < Number(descriptors); i++) {
    const form = oneOf(Object.keys(forms))
    tuple = oneOf([null, '<0;1>', '<5;3;9>', '<2147483647;0>'])
    const text = forms[form]()
    const info = await node.rpc('getdescriptorinfo', text)
    const ours = parseDescriptor(below(2) === 0 ? text : `${text}#${info.checksum}`)
    const check = (what, a, b) => {
      if (JSON.stringify(a) === JSON.stringify(b)) return
      wrong++
      console.log(`${form} ${i} ${what}: ${JSON.stringify(a)} and not ${JSON.stringify(b)}`)
    }
    // Core keeps the apostrophes that were written; ours is over the text with h.
    const canonical = await node.rpc('getdescriptorinfo', ours.text)
    check('checksum', ours.checksum, canonical.checksum)
    check('range', ours.isRange, info.isrange)
    check('branches', ours.branches, info.multipath_expansion?.length ?? 1)
    counts[form] = (counts[form] ?? 0) + 1
    for (const from of [0, 1 + below(100_000), 2_147_483_640 + below(5)]) {
      const range = info.isrange ? [[from, from + 2]] : []
      const theirs = await node.rpc(
        'deriveaddresses',
        canonical.descriptor === undefined ? text : `${ours.text}#${ours.checksum}`,
        ...range,
      )
      const branches = ours.branches === 1 ? [theirs] : theirs
      if (counts[form] <= 2 && from > 0 && from < 2 ** 30)
        kept.push({
          form,
          descriptor: `${ours.text}#${ours.checksum}`,
          from: info.isrange ? from : 0,
          addresses: branches,
        })
      branches.forEach((list, branch) => {
        const scriptAt = scriptsOfBranch(ours, branch)
        const mine = list.map((_, j) => addressText(makeKey('bitcoin', scriptAt(from + j)), 'regtest'))
        addresses += mine.length
        check(`branch ${branch} from ${from}`, mine, list)
      })
    }
  }
  const { subversion } = await node.rpc('getnetworkinfo')
  console.log(
    `${subversion}, seed ${seed}: ${descriptors} descriptors (${Object.entries(counts)
      .map(([form, n]) => `${form} ${n}`)
      .join(', ')}), ${addresses} addresses, ${wrong} differences`,
  )
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(kept, null, 2)}\n`)
  process.exitCode = wrong === 0 ? 0 : 1
} finally {
  await node.stop()
}
