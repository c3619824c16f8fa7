// Puts records by in a process of its own: `node spill-child.mjs RECORDS kill|stay`. Says what it was refused with.
import { Spill } from '../../../dist/lists/formats/spill.js'

const [records, end] = [Number(process.argv[2]), process.argv[3]]
const spill = new Spill(1_000)
try {
  for (let index = 0; index < records; index++) await spill.add(['name', `id ${index}`, 'x'.repeat(1_000)])
} catch (error) {
  process.stdout.write(`${error.code}: ${error.message}\n`)
}
if (end === 'kill') process.kill(process.pid, 'SIGKILL')
await spill.remove()
process.stdout.write('alive\n')
