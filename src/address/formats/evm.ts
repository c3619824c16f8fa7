import { getAddress } from 'viem/utils'
import { evmKey } from '../key.ts'
import { type ParseResult, refused } from './format.ts'

/** `0x` and 40 hex digits. Mixed case carries a checksum (https://eips.ethereum.org/EIPS/eip-55); one case carries none. */
export function readEvm(text: string): ParseResult | null {
  if (text.startsWith('0X')) return refused('starts with 0X, expected 0x')
  if (!text.startsWith('0x')) return null
  const digits = text.slice(2)
  const stranger = /[^0-9a-f]/i.exec(digits)
  if (stranger) return refused(`0x with "${stranger[0]}", which is no hex digit`)
  if (digits.length !== 40) return refused(`0x with ${digits.length} hex digits, expected 40`)
  const canonical = getAddress(`0x${digits}`)
  const oneCase = digits === digits.toLowerCase() || digits === digits.toUpperCase()
  if (!oneCase && canonical !== text) return refused('EIP-55 checksum does not match')
  return { ok: true, key: evmKey(text), form: 'account', text: canonical }
}

export function writeEvm(bytes: Uint8Array): string {
  return getAddress(`0x${Buffer.from(bytes).toString('hex')}`)
}
