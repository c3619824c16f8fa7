// Bit flips and cuts in blocks and spent outputs that a Bitcoin Core served, and spent outputs with another script: nothing
// but a clear error may come of them. With verify: strict no changed block may be taken at all, and no changed spent output
// of a form whose spend shows what the output is the hash of, but with a row for whoever has that address. The same inputs
// for the same seed.
//
//   npx tsc -p tsconfig.build.json && node scripts/fuzz-bitcoin.mjs [--inputs N] [--seed N]

import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { classifyScript } from '../dist/address/script.js'
import { ByteReader, ByteWriter } from '../dist/chains/bitcoin/bytes.js'
import { extractBitcoin } from '../dist/chains/bitcoin/extract-block.js'
import { blockBytes, spentBytes, verboseBlockSchema } from '../dist/chains/bitcoin/getblock-reader.js'
import { networkFacts } from '../dist/chains/bitcoin/networks.js'
import { hashBlock } from '../dist/chains/bitcoin/proof/hash-block.js'
import { BlockVerifier } from '../dist/chains/bitcoin/proof/prove-block.js'
import { quoteAmounts } from '../dist/chains/bitcoin/rpc-schemas.js'
import { scanBlock } from '../dist/chains/bitcoin/scanned-block.js'
import { loadRecording } from '../dist/chains/recording/recording.js'
import { ChainscreenError } from '../dist/diagnostics/errors.js'
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

/** What a lying node can put in the place of a script. */
const otherScripts = [
  '76a914abababababababababababababababababababab88ac',
  'a914abababababababababababababababababababab87',
  '0014abababababababababababababababababababab',
  `0020${'ab'.repeat(32)}`,
  `5120${'ab'.repeat(32)}`,
  `5220${'ab'.repeat(32)}`,
  '51024e73',
  `21${'02'.repeat(33)}ac`,
  '6d51',
  '',
].map((hex) => Buffer.from(hex, 'hex'))
const counts = {}
const takenForms = {}
let slowest = 0
const started = performance.now()
for (let i = 0; i < Number(values.inputs); i++) {
  const each = blocks[below(blocks.length)]
  const kind = ['block', 'spent', 'another script', 'verbose'][i % 4]
  if (kind === 'verbose' && each.verbose === undefined) continue
  const part = kind === 'another script' ? 'spent' : kind
  const changed =
    kind === 'verbose'
      ? Buffer.from(mutate(Buffer.from(each.verbose))).toString('latin1')
      : kind === 'another script'
        ? withOtherScript(each.spent)
        : mutate(each[kind])
  if (changed === null) continue
  const begun = performance.now()
  const outcome = await take({ ...each, [part]: changed }, kind === 'verbose').catch((error) => error)
  slowest = Math.max(slowest, performance.now() - begun)
  const taken = !(outcome instanceof Error)
  if (
    !taken &&
    !(outcome instanceof ChainscreenError) &&
    outcome.name !== 'ZodError' &&
    !(outcome instanceof SyntaxError)
  )
    fail(i, kind, each, outcome)
  if (kind === 'block' && taken && !changed.equals(each.block))
    fail(i, kind, each, 'a changed block was taken')
  const judged =
    taken && part === 'spent'
      ? judgeTaken(i, kind, each, changed, outcome)
      : taken
        ? `taken${kind === 'block' ? ', unchanged' : ''}`
        : 'refused'
  const name = `${kind}: ${judged}`
  counts[name] = (counts[name] ?? 0) + 1
}
console.log(
  counts,
  'scripts taken instead of:',
  takenForms,
  `slowest ${slowest.toFixed(1)} ms, ${((performance.now() - started) / 1000).toFixed(0)} s`,
)

async function take({ hash, height, block, spent, verbose }, fromJson = false) {
  const raw = fromJson ? ofJson(verbose, hash) : { block, spent }
  const scanned = scanBlock(raw, hash)
  const { unverifiedInputs } = await verifier.prove(scanned, height)
  const content = { family: 'bitcoin', ...scanned, unverifiedInputs }
  extractBitcoin(content, own)
  return content
}

/** What a changed list of spent outputs that was taken differs in. */
function judgeTaken(i, kind, each, changed, content) {
  const before = outputsOf(each.spent)
  const after = outputsOf(changed)
  const hidden = before.filter(({ script }, n) => !script.equals(after[n].script)).map(({ script }) => script)
  if (hidden.length === 0) return changed.equals(each.spent) ? 'taken, unchanged' : 'taken, other amounts'
  const silent = hidden.filter((script) => {
    const theirs = { ...own, has: (key) => key === `bitcoin:${script.toString('hex')}` }
    return !extractBitcoin(content, theirs).unscreened.some(({ what }) => what === 'unverified')
  })
  for (const script of silent) {
    const form = classifyScript(script)
    if (['p2pkh', 'p2sh', 'p2wpkh', 'p2wsh'].includes(form)) fail(i, kind, each, `a ${form} was hidden`)
    takenForms[form] = (takenForms[form] ?? 0) + 1
  }
  return silent.length === 0 ? 'taken, with a row' : 'taken, other scripts'
}

function outputsOf(spent) {
  const reader = new ByteReader(spent, 'spent outputs')
  const outputs = []
  for (let left = reader.compactSize(); left > 0; left--) {
    for (let inputs = reader.compactSize(); inputs > 0; inputs--)
      outputs.push({ amount: reader.take(8), script: Buffer.from(reader.takeVar()) })
  }
  return outputs
}

/** `null` where nothing is spent. */
function withOtherScript(spent) {
  const total = outputsOf(spent).length
  if (total === 0) return null
  let left = below(total)
  const reader = new ByteReader(spent, 'spent outputs')
  const writer = new ByteWriter()
  const transactions = reader.compactSize()
  writer.compactSize(transactions)
  for (let tx = 0; tx < transactions; tx++) {
    const inputs = reader.compactSize()
    writer.compactSize(inputs)
    for (let input = 0; input < inputs; input++) {
      writer.bytes(reader.take(8))
      const script = reader.takeVar()
      const written = left-- === 0 ? otherScripts[below(otherScripts.length)] : script
      writer.compactSize(written.length)
      writer.bytes(written)
    }
  }
  return writer.join()
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
