import { type Key, keyBytes } from '../key.ts'
import { classifyScript } from '../script.ts'
import { addressText } from '../text.ts'
import { type ParseResult, refused } from './format.ts'

/** No script of Bitcoin is longer (MAX_SCRIPT_SIZE). */
const maxScriptBytes = 10_000

/** `script:HEX`, as alerts write a Bitcoin script that has no address: P2PK, multisig, non-standard. */
export function readRawScript(text: string): ParseResult | null {
  if (!text.startsWith('script:')) return null
  const hex = text.slice('script:'.length).toLowerCase()
  if (hex.length > 2 * maxScriptBytes) return refused(`script of more than ${maxScriptBytes} bytes`)
  if (!/^(?:[0-9a-f]{2})+$/.test(hex)) return refused('script: without an even number of hex digits after it')
  const key: Key = `bitcoin:${hex}`
  return { ok: true, key, form: classifyScript(keyBytes(key)), text: addressText(key) }
}
