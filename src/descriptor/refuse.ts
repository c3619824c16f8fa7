import { ChainscreenError } from '../errors.ts'

/**
 * Says what is wrong with a descriptor, never what it is: it may hold a private key by mistake, and its public keys
 * tell every address of the exchange.
 *
 * @throws ChainscreenError `usage`
 */
export function refuseDescriptor(reason: string): never {
  throw new ChainscreenError('usage', `The descriptor can't be used: ${reason}.`)
}

/** Never a reason to say which one it was. */
export const privateKeyReason =
  'it holds a private key. chainscreen needs public keys only (xpub, tpub): take this one off the machine, and treat it as disclosed'
