import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bitcoinFaults } from './bitcoin-faults.ts'
import { describeSimulation } from './describe-simulation.ts'
import { transportFaults } from './transport-faults.ts'

const file = (name: string) => fileURLToPath(new URL(`../../data/chains/${name}`, import.meta.url))
const facts = JSON.parse(readFileSync(file('simulation-bitcoin.json'), 'utf8')) as { own: string[] }

describeSimulation('bitcoin', {
  recording: file('simulation-bitcoin.recording.jsonl.gz'),
  own: facts.own,
  lists: [{ id: 'simulation', format: 'csv', file: file('simulation-bitcoin.list.csv') }],
  chain: { type: 'bitcoin', network: 'regtest', start: 111, finality: { depth: 30 } },
  cookie: true,
  faults: [...transportFaults, ...bitcoinFaults],
})
