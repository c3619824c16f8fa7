// Feeds every list parser with damaged files and says what became of them. The same seed gives the same inputs.
//   node scripts/fuzz-formats.mjs [--inputs 100000] [--seed 1] [--format ID] [--verbose]
// Fails (exit code 1) where a parser crashes with anything but `bad-file`, hangs, needs more memory than the limit,
// accepts a file that was cut short, or finds an address that was never there. Outcomes:
//   refused        the file is not taken
//   same           taken, and it says the same addresses
//   fewer          taken, and some addresses are gone or unparsed (the damage hit them; the gate judges the rest)
//   other address  taken, and a damaged address is another valid one: possible only where it carries no checksum
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { seeds } from './fuzz/seeds.mjs'

/** No input may take longer, and none may need more memory. */
const hangMs = 30_000
const heapMb = 400

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    format: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
})
const names = Object.keys(seeds).filter(
  (name) => values.format === undefined || name.startsWith(values.format),
)
const states = ['refused', 'same', 'fewer', 'other address', 'wrong', 'crash']
const row = (cells) => console.log(`| ${cells.join(' | ')} |`)
row(['format', 'inputs', ...states, 'slowest (ms)', 'peak memory (MB)'])
row(Array(states.length + 4).fill('---'))
let failed = names.length === 0
let thread
const folder = mkdtempSync(join(tmpdir(), 'chainscreen-fuzz-'))
for (const name of names) {
  const { counts = {}, byMutation = {}, failures, slowestMs = 0, slowest = '', peakMb } = await fuzz(name)
  row([name, values.inputs, ...states.map((state) => counts[state] ?? 0), Math.round(slowestMs), peakMb])
  for (const failure of failures) console.log(`  ${failure}`)
  if (values.verbose) console.log(`  slowest: ${slowest}`, byMutation)
  failed ||= failures.length > 0
}
await thread?.worker.terminate()
rmSync(folder, { recursive: true, force: true })
process.exit(failed ? 1 : 0)

/** In a thread of its own, so that a hang or a flood of memory ends that thread and not this one. */
function fuzz(name) {
  thread ??= startThread()
  const { worker, progress } = thread
  worker.postMessage(name)
  return new Promise((resolve) => {
    let last = -1
    let since = Date.now()
    let peakMb = 0
    const watch = setInterval(() => {
      peakMb = Math.max(peakMb, memoryMb())
      const at = Atomics.load(progress, 0)
      if (at !== last) [last, since] = [at, Date.now()]
      else if (Date.now() - since > hangMs) fail(`no answer within ${hangMs} ms`)
    }, 200)
    const end = (report) => {
      clearInterval(watch)
      worker.off('message', end)
      worker.off('error', onError)
      resolve({ ...report, peakMb: Math.max(peakMb, memoryMb()) })
    }
    const fail = (why) => {
      worker.terminate()
      thread = undefined
      end({ failures: [`#${Atomics.load(progress, 0)}: ${why}`] })
    }
    const onError = (error) => fail(error.stack ?? error)
    worker.once('message', end)
    worker.once('error', onError)
  })
}

function startThread() {
  const progress = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(new URL('./fuzz/worker.mjs', import.meta.url), {
    workerData: { inputs: Number(values.inputs), seed: values.seed, progress, folder },
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  })
  return { worker, progress }
}

function memoryMb() {
  return Math.round(process.memoryUsage().rss / 1e6)
}
