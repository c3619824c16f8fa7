import { fileURLToPath } from 'node:url'

/** The recorded chains that ship with the project. */
export const demoEvm = fileURLToPath(
  new URL('../../../data/chains/demo-evm.recording.jsonl.gz', import.meta.url),
)
export const demoBitcoin = fileURLToPath(
  new URL('../../../data/chains/demo-bitcoin.recording.jsonl.gz', import.meta.url),
)
