import { join } from 'node:path'
import { Readable } from 'node:stream'
import { parentPort, workerData } from 'node:worker_threads'
import { parseAddress } from '../../dist/address/parse.js'
import { ChainscreenError } from '../../dist/diagnostics/errors.js'
import { formats } from '../../dist/lists/formats/index.js'
import { largeMutations, mutations } from './mutate.mjs'
import { openBomb, openPacked } from './pack.mjs'
import { randomFrom } from './random.mjs'
import { seeds } from './seeds.mjs'

/** Formats whose files are records one below the other: a file cut between two records is whole by its form. */
const byRecord = new Set(['opensanctions', 'tagpack', 'csv', 'uk-sanctions-list (csv)'])
/** Of these an address without letters of both cases, or any, is valid without a checksum. */
const unchecked = /^(?:evm|solana):/

const { inputs, seed, progress, folder } = workerData
parentPort.on('message', async (name) => parentPort.postMessage(await fuzz(name)))

async function fuzz(name) {
  const format = formats[name.split(' ')[0]]
  const original = Buffer.from(seeds[name])
  const known = new Set((await format.parse(chunks(original, 4096))).addresses.map(({ key }) => key))
  const subject = { name, format, original, known }
  const report = { name, counts: {}, byMutation: {}, failures: [], slowestMs: 0, slowest: '' }
  for (let index = 0; index < inputs; index++) {
    Atomics.store(progress, 0, index)
    const input = makeInput(original, randomFrom(`${seed}:${name}:${index}`))
    const began = performance.now()
    const { state, failure } = await judge(subject, input)
    const took = performance.now() - began
    const what = `#${index} ${input.kinds.join('+')}`
    if (took > report.slowestMs) Object.assign(report, { slowestMs: took, slowest: what })
    count(report, state, input.kinds)
    if (failure !== undefined && report.failures.length < 20) report.failures.push(`${what}: ${failure}`)
  }
  return report
}

function makeInput(original, random) {
  const path = join(folder, 'list')
  if (random.chance(0.0002)) {
    const { kind, open } = openBomb(random, path)
    return { kinds: [kind], bytes: Buffer.alloc(0), open }
  }
  const kinds = []
  let bytes = original
  const isLarge = random.chance(0.0005)
  const table = isLarge ? largeMutations : mutations
  for (let rounds = isLarge || random.chance(0.7) ? 1 : 2; rounds > 0; rounds--) {
    const kind = random.pick(Object.keys(table))
    kinds.push(kind)
    bytes = table[kind](bytes, random)
  }
  if (!isLarge && random.chance(0.04)) {
    const { kind, open } = openPacked(bytes, random, path)
    return { kinds: [...kinds, kind], bytes, open }
  }
  const size = random.pick([1, 7, 64, 1000, 65_536])
  return { kinds, bytes, open: () => chunks(bytes, isLarge ? 65_536 : Math.max(size, bytes.length >> 12)) }
}

async function judge({ name, format, original, known }, { kinds, bytes, open }) {
  let list
  try {
    list = await format.parse(await open())
  } catch (error) {
    if (error instanceof ChainscreenError && error.code === 'bad-file') return { state: 'refused' }
    return { state: 'crash', failure: error?.stack ?? String(error) }
  }
  const text = bytes.toString('utf8')
  const keys = new Set(list.addresses.map(({ key }) => key))
  for (const { key, address, asset } of list.addresses) {
    const parsed = parseAddress(address, { asset })
    if (!parsed.ok || parsed.key !== key) return { state: 'wrong', failure: `${address} is not ${key}` }
    if (known.has(key)) continue
    if (!unchecked.test(key)) return { state: 'wrong', failure: `${address} was never in the file` }
    if (!text.includes(address)) return { state: 'wrong', failure: `${address} is not in the damaged file` }
  }
  const isNew = [...keys].some((key) => !known.has(key))
  const gone = [...known].filter((key) => !keys.has(key)).length
  if (kinds.length === 1 && kinds[0] === 'cut' && !byRecord.has(name) && gone + list.unparsed.length > 0)
    return { state: 'wrong', failure: `a file cut at ${bytes.length} of ${original.length} was accepted` }
  if (kinds.join() === 'cut' && (isNew || keys.size > known.size))
    return { state: 'wrong', failure: 'a cut file gained an address' }
  if (kinds.at(-1) === 'bomb' || kinds.at(-1) === 'packedCut')
    return { state: 'wrong', failure: 'was accepted' }
  if (isNew) return { state: 'other address' }
  return { state: gone === 0 ? 'same' : 'fewer' }
}

function chunks(bytes, size) {
  return Readable.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
    })(),
    { objectMode: false },
  )
}

function count({ counts, byMutation }, state, kinds) {
  counts[state] = (counts[state] ?? 0) + 1
  for (const kind of kinds) {
    byMutation[kind] ??= {}
    byMutation[kind][state] = (byMutation[kind][state] ?? 0) + 1
  }
}
