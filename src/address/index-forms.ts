import { equivalents } from './equivalents.ts'
import { type Key, keyFamily } from './key.ts'

/**
 * The keys under which a listed key is put into an index: itself, and those of its equivalents that a watched chain
 * can have. An equivalence can't always be walked back (a P2SH hides its script), so each is written down with the key
 * that it comes from.
 *
 * Whatever meets a key is found in such an index under itself, or, where it is of a chain that is not watched, under one
 * of its own equivalents.
 */
export function indexForms(key: Key): Key[] {
  return [key, ...equivalents(key).flatMap((form) => (isWatched(form.key) ? [form.key] : []))]
}

/** Whether a party on a chain that is followed can have this key. */
export function isWatched(key: Key): boolean {
  const family = keyFamily(key)
  return family === 'evm' || family === 'bitcoin'
}
