import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { checkBlock } from '../../../../src/chains/evm/check-block.ts'
import { checkReceipts } from '../../../../src/chains/evm/check-receipts.ts'
import type { Proof, ProofRules } from '../../../../src/chains/evm/proof/findings.ts'
import { proveBlock } from '../../../../src/chains/evm/proof/prove-block.ts'
import type { RpcBlock, RpcReceipt } from '../../../../src/chains/evm/types.ts'
import { loadRecording } from '../../../../src/chains/recording/recording.ts'
import { sharedPath } from '../../../shared.ts'
import { keccak } from './keccak.ts'

/** What a node answered for one block. */
export interface ServedBlock {
  block: RpcBlock
  receipts: RpcReceipt[]
}

/** Checked the way a source does it. */
export function served(block: unknown, receipts: unknown): ServedBlock {
  const checked = checkBlock(block, 'eth_getBlockByNumber')
  return {
    block: checked,
    receipts: [...checkReceipts(receipts, checked, 'eth_getBlockReceipts').byHash.values()],
  }
}

/** Every block of the chain that the demo replays. */
export async function demoBlocks(): Promise<ServedBlock[]> {
  const path = fileURLToPath(new URL('../../../../data/chains/demo-evm.recording.jsonl.gz', import.meta.url))
  const recording = await loadRecording(path)
  if (recording.family !== 'evm') throw new Error('not an EVM recording')
  return [...recording.blocks.values()].map((one) => served(JSON.parse(one.block), JSON.parse(one.receipts)))
}

/** Every block of the reference chain. */
export function referenceBlocks(): ServedBlock[] {
  const folder = sharedPath('data/evm-anvil/blocks')
  return readdirSync(folder).map((file) => {
    const { block, receipts } = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'))
    return served(block, receipts)
  })
}

/** The reference block of Ethereum. Its transactions are hashes only: there is nothing to prove of them. */
export function mainnetBlock(): ServedBlock {
  const read = (part: string) =>
    JSON.parse(readFileSync(sharedPath(`data/mainnet/ethereum-21925176-${part}.json`), 'utf8'))
  return { block: { ...read('block'), transactions: [] }, receipts: read('receipts') }
}

export const hashesOnly: ProofRules = { transactionsRoot: 'hashes only' }

/** Proves it, without judging it. */
export function prove({ block, receipts }: ServedBlock, rules: ProofRules = {}): Proof {
  return proveBlock(block, receipts, rules, keccak)
}

/** The fields that are served wrongly. */
export function wrongFields(proof: Proof): string[] {
  return proof.mismatches.map(({ field }) => field)
}

export const clean: Proof = { mismatches: [], unproved: [] }
