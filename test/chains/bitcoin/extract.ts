import { type BitcoinContent, extractBitcoin } from '../../../src/chains/bitcoin/extract-block.ts'
import { type ScannedBlock, scanBlock } from '../../../src/chains/bitcoin/scanned-block.ts'
import type { Extraction } from '../../../src/chains/source.ts'
import type { OwnLookup, ScreenableTx } from '../../../src/screening/types.ts'
import { type BuiltBlock, buildBlock, type TxSpec } from './build-block.ts'

export function scan(built: Pick<BuiltBlock, 'block' | 'spent' | 'hash'>): ScannedBlock {
  return scanBlock(built, built.hash)
}

/** What is found in a block. */
export function extractFrom(
  block: ScannedBlock,
  own: OwnLookup,
  unverifiedInputs: BitcoinContent['unverifiedInputs'] = [],
): Extraction {
  return extractBitcoin({ family: 'bitcoin', ...block, unverifiedInputs }, own)
}

/** What is found in a block with this one transaction beside the coinbase. */
export function extractOne(tx: TxSpec, own: OwnLookup): ScreenableTx | undefined {
  const block = buildBlock({ txs: [tx] })
  const found = extractFrom(scan(block), own).transactions
  if (found.some(({ hash }) => hash !== block.txids[1])) throw new Error('found another transaction')
  return found[0]
}
