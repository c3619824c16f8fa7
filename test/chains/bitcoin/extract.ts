import { ScannedBlock } from '../../../src/chains/bitcoin/scanned-block.ts'
import type { OwnLookup } from '../../../src/screening/own.ts'
import type { ScreenableTx } from '../../../src/screening/types.ts'
import { type BuiltBlock, buildBlock, type TxSpec } from './build-block.ts'

export function scan({ block, spent, hash }: Pick<BuiltBlock, 'block' | 'spent' | 'hash'>): ScannedBlock {
  return new ScannedBlock({ block, spent, received: 0 }, hash)
}

/** What is found in a block with this one transaction beside the coinbase. */
export function extractOne(tx: TxSpec, own: OwnLookup): ScreenableTx | undefined {
  const block = buildBlock({ txs: [tx] })
  const found = scan(block).extract(own).transactions
  if (found.some(({ hash }) => hash !== block.txids[1])) throw new Error('found another transaction')
  return found[0]
}
