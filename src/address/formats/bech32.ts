import { bech32, bech32m } from '@scure/base'
import { type Family, makeKey } from '../key.ts'
import { classifyScript } from '../script.ts'
import { witnessScript } from '../script-templates.ts'
import { isWellMixed, type ParseResult, refused } from './format.ts'

/** Prefixes of witness addresses. Sources: BIP173, SLIP-173. */
const witnessFamilies: Readonly<Record<string, Family>> = {
  bc: 'bitcoin',
  tb: 'bitcoin',
  bcrt: 'bitcoin',
  ltc: 'litecoin',
  tltc: 'litecoin',
  rltc: 'litecoin',
  btg: 'bitcoin-gold',
}

/** BNB Beacon Chain: 20 account bytes in plain bech32. */
const bnbPrefix = 'bnb'

/** BIP173 allows no more. */
const maxLength = 90

/** Bech32 and bech32m: witness addresses by BIP173 and BIP350, and BNB. */
export function readBech32(text: string): ParseResult | null {
  const hrp = text.slice(0, Math.max(text.indexOf('1'), 0)).toLowerCase()
  const family = Object.hasOwn(witnessFamilies, hrp) ? witnessFamilies[hrp] : undefined
  if (family === undefined && hrp !== bnbPrefix) return refuseForeign(text)
  // A Solana key may begin with a prefix by chance.
  if (isWellMixed(text) && /^[1-9A-HJ-NP-Za-km-z]{32,44}$/.test(text)) return null
  const lower = text.toLowerCase()
  if (text !== lower && text !== text.toUpperCase()) return refused('bech32 mixes upper and lower case')
  if (text.length > maxLength) return refused(`bech32 of ${text.length} characters, at most ${maxLength}`)
  const stranger = /[^02-9ac-hj-np-z]/.exec(lower.slice(hrp.length + 1))
  if (stranger) return refused(`bech32 does not use "${stranger[0]}"`)
  const plain = bech32.decodeUnsafe(lower)
  const words = (plain ?? bech32m.decodeUnsafe(lower))?.words
  if (!words) return refused('bech32 checksum does not match')
  return family === undefined
    ? readBnb(lower, words, Boolean(plain))
    : readWitness(family, lower, words, Boolean(plain))
}

function readWitness(family: Family, text: string, words: number[], isPlain: boolean): ParseResult {
  const version = words[0]
  if (version === undefined) return refused('bech32 without a witness version')
  if (version > 16) return refused(`witness version ${version}, at most 16`)
  if (version === 0 && !isPlain) return refused('witness version 0 in bech32m, expected bech32')
  if (version > 0 && isPlain) return refused(`witness version ${version} in bech32, expected bech32m`)
  const program = bech32.fromWordsUnsafe(words.slice(1))
  if (!program) return refused('bech32 padding is not zero')
  const { length } = program
  if (length < 2 || length > 40) return refused(`witness program of ${length} bytes, expected 2 to 40`)
  if (version === 0 && length !== 20 && length !== 32) {
    return refused(`witness program of ${length} bytes for version 0, expected 20 or 32`)
  }
  const script = witnessScript(version, program)
  return { ok: true, key: makeKey(family, script), form: classifyScript(script), text }
}

function readBnb(text: string, words: number[], isPlain: boolean): ParseResult {
  if (!isPlain) return refused('BNB address in bech32m, expected bech32')
  const account = bech32.fromWordsUnsafe(words)
  if (!account) return refused('bech32 padding is not zero')
  if (account.length !== 20) return refused(`BNB address of ${account.length} bytes, expected 20`)
  return { ok: true, key: makeKey('bnb', account), form: 'account', text }
}

export function writeWitness(hrp: string, version: number, program: Uint8Array): string {
  const codec = version === 0 ? bech32 : bech32m
  return codec.encode(hrp, [version, ...bech32.toWords(program)])
}

export function writeBnb(account: Uint8Array): string {
  return bech32.encode(bnbPrefix, bech32.toWords(account))
}

function refuseForeign(text: string): ParseResult | null {
  if (!/^[^A-Z]+1[02-9ac-hj-np-z]{6,}$|^[^a-z]+1[02-9AC-HJ-NP-Z]{6,}$/.test(text)) return null
  const decoded = bech32.decodeUnsafe(text, false) ?? bech32m.decodeUnsafe(text, false)
  return decoded ? refused(`bech32 prefix "${decoded.prefix}" is of no chain known to chainscreen`) : null
}
