import type { Key } from '../address/key.ts'
import { readPasted } from '../address/read-pasted.ts'
import { looksPrivate } from '../address/secret.ts'
import { privateKeyReason, refuseDescriptor } from '../descriptor/descriptor.ts'
import { looksLikeDescriptor, parseDescriptor } from '../descriptor/parse-descriptor.ts'
import { shownAddress, whySecret } from '../descriptor/shown-address.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import type { Act } from '../ledger/audit.ts'
import type { Replay } from '../ledger/blocks/replays.ts'
import type { Db } from '../ledger/database.ts'
import { retireOwnAddresses } from '../ledger/own/own-addresses.ts'
import { refuseUnknownDescriptors } from '../ledger/own/own-descriptors.ts'
import { removeOwnAddresses } from '../ledger/own/remove-own.ts'

/**
 * Marks addresses, and descriptors (`#CHECKSUM`, or whole), as out of use: all of them or none.
 *
 * @param record called in the transaction that retires them, with what they are called.
 * @returns how many. @throws ChainscreenError `usage`
 */
export async function retireOwn(
  db: Db,
  words: readonly string[],
  at: string,
  record: (target: string) => void = () => {},
): Promise<number> {
  const checksums = words.flatMap((word) => checksumOf(word) ?? [])
  const keys = words.flatMap((word) => (checksumOf(word) === null ? [keyOfWord(word, 'retired')] : []))
  refuseUnknownDescriptors(db, checksums)
  await retireOwnAddresses(db, keys, at, { checksums, record })
  return words.length
}

function checksumOf(word: string): string | null {
  if (/^#[a-z0-9]{8}$/.test(word)) return word.slice(1)
  return looksLikeDescriptor(word) ? parseDescriptor(word).checksum : null
}

/** The key of an address on the command line. @param done what was asked for, for the message. @throws `usage` */
function keyOfWord(word: string, done: 'retired' | 'removed'): Key {
  if (looksPrivate(word)) refuseDescriptor(privateKeyReason)
  const parsed = readPasted(word)
  if (parsed.ok) return parsed.key
  throw new ChainscreenError(
    'usage',
    `Nothing was ${done}: ${shownAddress(word)} can't be read: ${whySecret(word) ?? parsed.reason}.`,
  )
}

/**
 * Says of addresses that they never were own: all of them or none. See {@link removeOwnAddresses}.
 *
 * @returns the ranges of blocks that are to be read again. @throws ChainscreenError `usage`
 */
export function removeOwn(db: Db, words: readonly string[], by: Act): Promise<Replay[]> {
  const keys = words.map((word) => {
    if (!word.startsWith('#') && !looksLikeDescriptor(word)) return keyOfWord(word, 'removed')
    throw new ChainscreenError(
      'usage',
      'Nothing was removed: only addresses that were added one by one can be removed, and no descriptor.',
    )
  })
  return removeOwnAddresses(db, keys, by)
}
