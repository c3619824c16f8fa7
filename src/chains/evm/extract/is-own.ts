import { evmKey } from '../../../address/key.ts'
import type { OwnLookup } from '../../../screening/types.ts'

/** Whether a lower-case address is the exchange's: exact. */
export type IsOwn = (address: string) => boolean

/** Asks the exact look-up once per address: one transaction may name the same address in thousands of logs. */
export function ownCheck(own: OwnLookup): IsOwn {
  const known = new Map<string, boolean>()
  return (address) => {
    const before = known.get(address)
    if (before !== undefined) return before
    const answer = own.mayHaveEvm(address) && own.has(evmKey(address))
    known.set(address, answer)
    return answer
  }
}
