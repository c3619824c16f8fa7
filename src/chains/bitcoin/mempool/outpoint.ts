import { rpcHex } from '../double-sha256.ts'

/** The fixed bytes of an output's name: its transaction's id, in the order of its bytes, and its index. */
export const outpointBytes = 36

/** An output by its transaction's id in RPC order and its index: `txid:n`, as Bitcoin Core's own logs write it. */
export function outpointText(outpoint: Uint8Array): string {
  return `${rpcHex(outpoint.subarray(0, 32))}:${indexOf(outpoint)}`
}

/** The hex of the 36 bytes that the text stands for. */
export function outpointHex(text: string): string {
  const { txid, index } = readOutpoint(text)
  const bytes = Buffer.alloc(outpointBytes)
  bytes.set(Buffer.from(txid, 'hex').reverse())
  bytes.writeUInt32LE(index, 32)
  return bytes.toString('hex')
}

export function readOutpoint(text: string): { txid: string; index: number } {
  const [txid = '', index = ''] = text.split(':')
  return { txid, index: Number(index) }
}

function indexOf(outpoint: Uint8Array): number {
  return new DataView(outpoint.buffer, outpoint.byteOffset, outpointBytes).getUint32(32, true)
}
