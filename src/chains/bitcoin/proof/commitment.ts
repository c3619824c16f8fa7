import { doubleSha256 } from '../double-sha256.ts'
import type { Coinbase } from './coinbase.ts'

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
