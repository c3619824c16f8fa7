import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describeSimulation } from './describe-simulation.ts'
import { evmFaults } from './evm-faults.ts'
import { transportFaults } from './transport-faults.ts'

const file = (name: string) => fileURLToPath(new URL(`../../data/chains/${name}`, import.meta.url))
const facts = JSON.parse(readFileSync(file('simulation-evm.json'), 'utf8')) as {
  own: string[]
  tokens: unknown[]
}

describeSimulation('evm', {
  recording: file('simulation-evm.recording.jsonl.gz'),
  own: facts.own,
  lists: [],
  chain: {
    type: 'evm',
    chainId: 31337,
    tokens: facts.tokens,
    start: 1,
    finality: { tag: 'finalized', depth: 30 },
  },
  faults: [...transportFaults, ...evmFaults],
})
