import { hexOf, type Keccak } from './keccak.ts'
import { RlpWriter } from './rlp-writer.ts'
import type { Served } from './served.ts'
import { address, bytes, fixed, quantity, type WriteField, word } from './write-field.ts'

/** In the order in which they are hashed. */
const always: readonly (readonly [name: string, write: WriteField])[] = [
  ['parentHash', word],
  ['sha3Uncles', word],
  ['miner', address],
  ['stateRoot', word],
  ['transactionsRoot', word],
  ['receiptsRoot', word],
  ['logsBloom', fixed(256)],
  ['difficulty', quantity],
  ['number', quantity],
  ['gasLimit', quantity],
  ['gasUsed', quantity],
  ['timestamp', quantity],
  ['extraData', bytes],
  ['mixHash', word],
  ['nonce', fixed(8)],
]

/** Fields that later forks put behind: London, Shanghai, Cancun (three), Prague, Amsterdam (EIP-7928, EIP-7843). */
const later: readonly (readonly [name: string, write: WriteField])[] = [
  ['baseFeePerGas', quantity],
  ['withdrawalsRoot', word],
  ['blobGasUsed', quantity],
  ['excessBlobGas', quantity],
  ['parentBeaconBlockRoot', word],
  ['requestsHash', word],
  ['blockAccessListHash', word],
  ['slotNumber', quantity],
]

/** What nodes serve beside the header's own fields: Ethereum's; then Arbitrum's, and BNB Smart Chain's. */
const beside = ['hash', 'size', 'totalDifficulty', 'transactions', 'uncles', 'withdrawals']
const besideElsewhere = ['l1BlockNumber', 'sendCount', 'sendRoot', 'milliTimestamp']

const known = new Set([...[...always, ...later].map(([name]) => name), ...beside, ...besideElsewhere])

/**
 * The hash of a block's header, from its fields as they were served.
 *
 * @throws EncodingFault where a field is missing or malformed.
 */
export function headerHash(header: Served, keccak: Keccak): string {
  const writer = new RlpWriter()
  for (const [name, write] of later.toReversed()) {
    const value = header[name]
    if (value !== undefined && value !== null) write(writer, value, name)
    // A later one is there: this one is empty, not absent.
    else if (writer.size > 0) writer.byte(0x80)
  }
  for (const [name, write] of always.toReversed()) write(writer, header[name], name)
  writer.list(0)
  return hexOf(keccak(writer.written))
}

/** Fields of a header that this version doesn't know: one of them may be what its hash needs. */
export function unknownFields(header: Served): string[] {
  return Object.keys(header).filter((name) => !known.has(name))
}
