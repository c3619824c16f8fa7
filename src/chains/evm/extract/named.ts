import { evmKey } from '../../../address/key.ts'
import type { Party, Role } from '../../../screening/types.ts'
import { nowhere } from '../oddity.ts'

/** Addresses as parties in a role, each once, as far as they are known. */
export function named(
  role: Role,
  addresses: Iterable<string>,
  counts: (address: string) => boolean = () => true,
): Party[] {
  const parties: Party[] = []
  for (const address of new Set(addresses))
    if (address !== nowhere && counts(address)) parties.push({ key: evmKey(address), role })
  return parties
}
