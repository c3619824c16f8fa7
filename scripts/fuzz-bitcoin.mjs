// Bit flips and cuts in blocks and spent outputs that a Bitcoin Core served: nothing but a clear error may come of them.
// With verify: strict no changed block may be taken at all. The same inputs for the same seed.
//
//   npx tsc -p tsconfig.build.json && node scripts/fuzz-bitcoin.mjs [--inputs N] [--seed N]

import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { networkFacts } from '../dist/chains/bitcoin/networks.js'
import { hashBlock } from '../dist/chains/bitcoin/proof/hash-block.js'
import { BlockVerifier } from '../dist/chains/bitcoin/proof/verifier.js'
import { quoteAmounts } from '../dist/chains/bitcoin/satoshi.js'
import { ScannedBlock } from '../dist/chains/bitcoin/scanned-block.js'
import { blockBytes, spentBytes, verboseBlockSchema } from '../dist/chains/bitcoin/verbose-block.js'
import { loadRecording } from '../dist/chains/recording/load.js'
import { ChainscreenError } from '../dist/errors.js'
import { randomFrom } from './fuzz/random.mjs'

const { values } = parseArgs({
  options: { inputs: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
})
const { below } = randomFrom(values.seed)
const own = {
  mayHaveEvm: () => false,
  mayHaveEvmTopic: () => false,
  mayHaveScript: () => true,
  has: (key) => key.length % 2 === 0,
}
const verifier = new BlockVerifier('strict', networkFacts.regtest, hashBlock)

const blocks = []
for (const name of ['demo-bitcoin', 'simulation-bitcoin', 'shapes-bitcoin']) {
  const recording = await loadRecording(
    fileURLToPath(new URL(`../data/chains/${name}.recording.jsonl.gz`, import.meta.url)),
  )
  for (const { hash, height, block, spent, verbose } of recording.blocks.values()) {
    const raw = Buffer.from(block, 'base64')
    // The largest would take all the time.
    if (spent !== undefined && raw.length < 100_000)
      blocks.push({ hash, height, block: raw, spent: Buffer.from(spent, 'base64'), verbose })
  }
}
for (const each of blocks) await take(each)
console.log(`${blocks.length} blocks as they were served are taken`)

const counts = {
  'block refused': 0,
  'spent outputs refused': 0,
  'spent outputs taken': 0,
  'JSON refused': 0,
  'JSON taken': 0,
}
let slowest = 0
const started = performance.now()
for (let i = 0; i < Number(values.inputs); i++) {
  const each = blocks[below(blocks.length)]
  const kind = ['block', 'block', 'spent', 'verbose'][i % 4]
  if (kind === 'verbose' && each.verbose === undefined) continue
  const changed =
    kind === 'verbose'
      ? Buffer.from(mutate(Buffer.from(each.verbose))).toString('latin1')
      : mutate(each[kind])
  const begun = performance.now()
  const outcome = await take({ ...each, [kind]: changed }, kind === 'verbose').catch((error) => error)
  slowest = Math.max(slowest, performance.now() - begun)
  const taken = outcome === undefined
  if (
    !taken &&
    !(outcome instanceof ChainscreenError) &&
    outcome.name !== 'ZodError' &&
    !(outcome instanceof SyntaxError)
  )
    fail(i, kind, each, outcome)
  if (kind === 'block' && taken && !changed.equals(each.block))
    fail(i, kind, each, 'a changed block was taken')
  counts[
    kind === 'block'
      ? 'block refused'
      : `${kind === 'spent' ? 'spent outputs' : 'JSON'} ${taken ? 'taken' : 'refused'}`
  ]++
}
console.log(
  counts,
  `slowest ${slowest.toFixed(1)} ms, ${((performance.now() - started) / 1000).toFixed(0)} s`,
)

async function take({ hash, height, block, spent, verbose }, fromJson = false) {
  const raw = fromJson ? ofJson(verbose, hash) : { block, spent }
  const scanned = new ScannedBlock({ ...raw, received: 0 }, hash)
  const proved = await verifier.prove(scanned, height)
  proved.doubts(own)
  scanned.extract(own)
}

/** As the reader of `getblock 3` does. */
function ofJson(text, hash) {
  const parsed = verboseBlockSchema.parse(JSON.parse(quoteAmounts(text)))
  return { block: blockBytes(parsed), spent: spentBytes(parsed, hash) }
}

function mutate(bytes) {
  const choice = below(10)
  if (choice === 0) return Buffer.from(bytes.subarray(0, below(bytes.length)))
  const copy = Buffer.from(bytes)
  if (choice === 1) copy.writeUInt8([0, 0xfd, 0xfe, 0xff][below(4)], below(copy.length))
  else for (let flips = choice === 2 ? 8 : 1; flips > 0; flips--) copy[below(copy.length)] ^= 1 << below(8)
  return copy
}

function fail(i, kind, { hash }, problem) {
  console.error(`input ${i} (${kind} of ${hash}), seed ${values.seed}:`, problem)
  process.exit(1)
}
