import { makeKey } from '../../src/address/key.ts'
import { addressText, type BitcoinNetwork } from '../../src/address/text.ts'
import { scriptsOfBranch } from '../../src/descriptor/derive.ts'
import { parseDescriptor } from '../../src/descriptor/parse-descriptor.ts'

/** Addresses of one branch of a descriptor, in order. */
export function addresses(
  text: string,
  { branch = 0, from = 0, count = 1, network = 'mainnet' as BitcoinNetwork } = {},
): string[] {
  const scriptAt = scriptsOfBranch(parseDescriptor(text), branch)
  return Array.from({ length: count }, (_, i) => addressText(makeKey('bitcoin', scriptAt(from + i)), network))
}

export function scripts(text: string, { branch = 0, count = 3 } = {}): string[] {
  const scriptAt = scriptsOfBranch(parseDescriptor(text), branch)
  return Array.from({ length: count }, (_, i) => Buffer.from(scriptAt(i)).toString('hex'))
}
