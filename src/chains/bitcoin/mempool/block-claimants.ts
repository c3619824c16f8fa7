import type { Claimant } from '../../source.ts'
import { ByteReader } from '../byte-reader.ts'
import type { ScannedBlock } from '../scanned-block.ts'
import { readBareTransaction } from '../transaction.ts'
import { readTransactionStart } from '../transaction-start.ts'
import { outpointBytes, outpointHex } from './outpoint.ts'

/**
 * Which of these outputs the transactions of a block spend, and which transaction does. Looks at every input's 36 bytes
 * in place; needs nothing of what they spend.
 *
 * @param claims `txid:n`
 */
export function blockClaimants(
  block: Pick<ScannedBlock, 'bytes' | 'header' | 'index'>,
  claims: ReadonlySet<string>,
): Claimant[] {
  const wanted = new Map([...claims].map((claim) => [outpointHex(claim), claim]))
  const bytes = Buffer.from(block.bytes.buffer, block.bytes.byteOffset, block.bytes.length)
  const reader = new ByteReader(bytes, `Block ${block.header.hash}`)
  const found: Claimant[] = []
  for (const start of block.index.starts.subarray(1)) {
    const met: string[] = []
    reader.position = start
    for (let left = readTransactionStart(reader).inputs; left > 0; left--) {
      const claim = wanted.get(bytes.toString('hex', reader.position, reader.position + outpointBytes))
      if (claim !== undefined) met.push(claim)
      reader.skip(outpointBytes)
      reader.skipVar()
      reader.skip(4)
    }
    if (met.length === 0) continue
    reader.position = start
    const { txid } = readBareTransaction(reader)
    found.push(...met.map((claim) => ({ claim, by: txid })))
  }
  return found
}
