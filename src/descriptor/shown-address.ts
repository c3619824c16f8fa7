import { secretIn } from '../address/secret.ts'
import { looksLikeDescriptor } from './parse-descriptor.ts'

/** What is said of a private key that was given as an address; never a reason to say which one it was. */
export const privateKeyAsAddress =
  'a private key was given in place of an address: take it off this machine, and treat it as disclosed'

export const seedPhraseAsAddress =
  'words were given in place of an address: if they are a seed phrase, take them off this machine, and treat them as disclosed'

const keyDigitsAsAddress =
  '64 hex digits are no address: if they are a private key, take it off this machine, and treat it as disclosed; of a transaction, give the address'

/** How much of an extended key may be repeated: enough to know which one was meant. */
const shownLength = 12

/**
 * Text that is no address and stands where one should, as it may be repeated: nothing of a private key or seed phrase, and
 * only the beginning of an extended key or descriptor, which tells every address of the exchange.
 */
export function shownAddress(text: string): string {
  const secret = secretIn(text)
  if (secret !== null) return `(a ${secret}, not shown)`
  const trimmed = text.trim()
  return looksLikeDescriptor(text) && trimmed.length > shownLength
    ? `${trimmed.slice(0, shownLength)}…`
    : text
}

/** Why text that must not be repeated is no address; `null` where it may be. */
export function whySecret(text: string): string | null {
  switch (secretIn(text)) {
    case 'private key':
      return privateKeyAsAddress
    case 'private key or hash':
      return keyDigitsAsAddress
    case 'seed phrase':
      return seedPhraseAsAddress
    default:
      return null
  }
}
