import { looksLikeDescriptor } from '../descriptor/parse-descriptor.ts'
import { ChainscreenError } from '../errors.ts'
import type { Db } from '../ledger/database.ts'
import { type RemovalWords, removeOwnAddresses } from '../ledger/remove-own.ts'
import type { Replay } from '../ledger/replays.ts'
import { keyOfWord } from './retire-own.ts'

/**
 * Says of addresses that they never were own: all of them or none. See {@link removeOwnAddresses}.
 *
 * @returns the ranges of blocks that are to be read again. @throws ChainscreenError `usage`
 */
export function removeOwn(db: Db, words: readonly string[], by: RemovalWords): Promise<Replay[]> {
  const keys = words.map((word) => {
    if (!word.startsWith('#') && !looksLikeDescriptor(word)) return keyOfWord(word, 'removed')
    throw new ChainscreenError(
      'usage',
      'Nothing was removed: only addresses that were added one by one can be removed, and no descriptor.',
    )
  })
  return removeOwnAddresses(db, keys, by)
}
