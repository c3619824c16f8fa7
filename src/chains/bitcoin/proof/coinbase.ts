import { ByteReader } from '../byte-reader.ts'
import { doubleSha256 } from '../double-sha256.ts'
import { readTransactionStart } from '../transaction-start.ts'
import { readTxOut } from '../tx-out.ts'

/** What a block's first transaction says of the block. Views into it. */
interface Coinbase {
  scriptSig: Uint8Array
  witness: readonly Uint8Array[]
  /** What the last output of that form commits to (BIP 141). */
  commitment: Uint8Array | undefined
}

/** OP_RETURN, a push of 36 bytes, and the header of a witness commitment. */
const commitmentStart = Uint8Array.of(0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed)

/** @param start where the coinbase begins in a block that was indexed before */
export function readCoinbase(block: Uint8Array, start: number): Coinbase {
  const reader = new ByteReader(block, 'block')
  reader.position = start
  const { segwit } = readTransactionStart(reader)
  reader.skip(36)
  const scriptSig = reader.takeVar()
  reader.skip(4)
  let commitment: Uint8Array | undefined
  for (let left = reader.compactSize(); left > 0; left--) {
    const { script } = readTxOut(reader)
    const commits = script.length >= 38 && commitmentStart.every((byte, i) => script[i] === byte)
    if (commits) commitment = script.subarray(6, 38)
  }
  const witness: Uint8Array[] = []
  if (segwit) for (let left = reader.compactSize(); left > 0; left--) witness.push(reader.takeVar())
  return { scriptSig, witness, commitment }
}

/** Whether a coinbase begins with its block's height (BIP 34), as Bitcoin Core pushes a number. */
export function namesHeight({ scriptSig }: Coinbase, height: number): boolean {
  const expected = pushOf(height)
  return expected.every((byte, i) => scriptSig[i] === byte)
}

function pushOf(number: number): number[] {
  if (number === 0) return [0]
  if (number <= 16) return [0x50 + number]
  const bytes: number[] = []
  for (let left = number; left > 0; left = Math.floor(left / 256)) bytes.push(left % 256)
  // The highest bit is a sign.
  if ((bytes.at(-1) ?? 0) >= 128) bytes.push(0)
  return [bytes.length, ...bytes]
}

/**
 * What is wrong with the witnesses of a block, or `undefined`. Before segwit there are none; from then on the coinbase
 * commits to them, and a block without a commitment has none.
 *
 * Source: BIP 141; Bitcoin Core, src/validation.cpp, CheckWitnessMalleation.
 *
 * @param witnessRoot `null` where no transaction has a witness
 */
export function witnessFault(
  { witness, commitment }: Coinbase,
  witnessRoot: Uint8Array | null,
  active: boolean,
): string | undefined {
  if (!active || commitment === undefined)
    return witnessRoot === null ? undefined : 'it has witnesses that nothing in it commits to'
  const [nonce] = witness
  if (witnessRoot === null || nonce === undefined || witness.length !== 1 || nonce.length !== 32)
    return 'its coinbase commits to witnesses, and lacks the 32 bytes that belong to it'
  const expected = doubleSha256(witnessRoot, nonce)
  return expected.equals(commitment) ? undefined : 'the witnesses are not those that its coinbase commits to'
}
