import type { RpcHeader } from '../types.ts'
import { Findings, nameList, type Proof, type ProofRules } from './findings.ts'
import { hexOf, type Keccak } from './keccak.ts'
import {
  address,
  bytes,
  fixed,
  quantity,
  RlpWriter,
  type Served,
  servedFields,
  type WriteField,
  word,
} from './rlp.ts'

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

/** Proves a header, as one node served it, against its own hash. Pure. */
export function proveHeader(header: RpcHeader, rules: ProofRules, keccak: Keccak): Proof {
  const findings = new Findings()
  checkHash(findings, header, rules, keccak)
  return findings
}

/** Checks the hash that a header was served under. */
export function checkHash(
  findings: Findings,
  block: RpcHeader,
  rules: ProofRules,
  keccak: Keccak,
): ReturnType<Findings['check']> {
  const header = servedFields(block)
  return findings.check({
    field: 'hash',
    served: block.hash,
    compute: () => headerHash(header, keccak),
    knownDeviation: () => rules.hash ?? unknownFieldsReason(header),
  })
}

function unknownFieldsReason(header: Served): string | undefined {
  const fields = unknownFields(header)
  return fields.length === 0 ? undefined : `header fields not known to this version: ${nameList(fields)}`
}

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
function unknownFields(header: Served): string[] {
  return Object.keys(header).filter((name) => !known.has(name))
}
