import { looksPrivate } from './extended-key.ts'
import { looksLikeDescriptor } from './parse-descriptor.ts'

/** What is said of a private key that was given as an address; never a reason to say which one it was. */
export const privateKeyAsAddress =
  'a private key stands where an address should: take it off this machine, and treat it as disclosed'

/** How much of an extended key may be repeated: enough to know which one was meant. */
const shownLength = 12

/**
 * Text that is no address and stands where one should, as it may be repeated: nothing of a private key, and only the
 * beginning of an extended key or descriptor, which tells every address of the exchange.
 */
export function shownAddress(text: string): string {
  if (looksPrivate(text)) return '(a private key, not shown)'
  const trimmed = text.trim()
  return looksLikeDescriptor(text) && trimmed.length > shownLength
    ? `${trimmed.slice(0, shownLength)}…`
    : text
}
