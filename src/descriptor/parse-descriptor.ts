import { holdsPrivateKey } from '../address/secret.ts'
import {
  type Descriptor,
  descriptorChecksum,
  type Policy,
  privateKeyReason,
  refuseDescriptor,
  type Wrapping,
} from './descriptor.ts'
import {
  type KeyExpression,
  type KeyPlace,
  looksExtended,
  parseKey,
  plainFromSlip132,
  readExtendedKey,
} from './parse-key.ts'

const forms = 'pkh(KEY), wpkh(KEY), sh(wpkh(KEY)), tr(KEY), and multi or sortedmulti in sh, wsh or sh(wsh)'

/** Longer than 20 keys with their origins; keeps hostile text cheap. */
const maxLength = 6_000

/**
 * Reads an output descriptor of public keys. A bare `zpub` or `vpub` stands for `wpkh(xpub/<0;1>/*)`, a bare `ypub` or
 * `upub` for `sh(wpkh(xpub/<0;1>/*))`: what their prefix says (SLIP 132).
 *
 * @throws ChainscreenError `usage` saying what is wrong, without a word of the descriptor.
 * @example
 * parseDescriptor("wpkh([d34db33f/84'/0'/0']xpub6D…/<0;1>/*)#cjjspncu")
 */
export function parseDescriptor(written: string): Descriptor {
  const trimmed = written.trim()
  if (holdsPrivateKey(trimmed)) refuseDescriptor(privateKeyReason)
  if (trimmed.length > maxLength) refuseDescriptor(`it is longer than ${maxLength} characters`)
  const text = withForm(withoutChecksum(trimmed)).replaceAll("'", 'h')
  const checksum = descriptorChecksum(text)
  if (checksum === null) refuseDescriptor('it has a character that no descriptor has')
  const { wrapping, policy } = parseOutput(text)
  const keys = policy.kind === 'key' ? [policy.key] : policy.keys
  const networks = new Set(keys.flatMap((key) => ('network' in key ? [key.network] : [])))
  if (networks.size > 1) refuseDescriptor('it has keys of the main network and of a test network')
  const several = keys
    .flatMap((key) => ('steps' in key ? key.steps : []))
    .filter((step) => typeof step !== 'number')
  const counts = new Set(several.map(({ length }) => length))
  if (counts.size > 1) refuseDescriptor('its <…;…> steps have not all as many numbers')
  const [network = null] = networks
  const [branches = 1] = counts
  return {
    text,
    checksum,
    wrapping,
    policy,
    network,
    branches,
    isRange: keys.some((key) => 'isRange' in key && key.isRange),
  }
}

/** What a branch holds by custom: `/0/*` addresses to be paid at, `/1/*` the wallet's change (BIP 44). */
export type BranchUse = 'receive' | 'change'

/**
 * The branch that a descriptor of one branch leaves out, and the descriptors that have it.
 *
 * @returns `null` where it has both, or its paths do not follow the custom.
 * @example
 * otherBranch('wpkh(xpub…/0/*)') // { use: 'change', texts: ['wpkh(xpub…/1/*)', 'wpkh(xpub…/<0;1>/*)', 'wpkh(xpub…/<1;0>/*)'] }
 */
export function otherBranch({ text }: Pick<Descriptor, 'text'>): {
  use: BranchUse
  texts: readonly string[]
} | null {
  const ends = text.match(/\/[^/,()]*\/\*/g) ?? []
  const [end = ''] = ends
  const isCustom = (end === '/0/*' || end === '/1/*') && ends.every((other) => other === end)
  // `KEY/*` beside it is of no branch.
  if (!isCustom || ends.length !== (text.match(/\/\*/g) ?? []).length) return null
  const other = end === '/0/*' ? '/1/*' : '/0/*'
  return {
    use: end === '/0/*' ? 'change' : 'receive',
    texts: [other, '/<0;1>/*', '/<1;0>/*'].map((branch) => text.replaceAll(end, branch)),
  }
}

/** Whether text can only be meant as a descriptor or an extended key, and not as an address. */
export function looksLikeDescriptor(text: string): boolean {
  const trimmed = text.trim()
  return trimmed.includes('(') || trimmed.startsWith('[') || looksExtended(trimmed)
}

function withoutChecksum(text: string): string {
  const at = text.lastIndexOf('#')
  if (at === -1) return text
  const body = text.slice(0, at)
  const expected = descriptorChecksum(body)
  if (expected !== null && expected !== text.slice(at + 1)) {
    refuseDescriptor(`its checksum should be #${expected}, and is another: something in it is mistyped`)
  }
  return body
}

/** A bare extended key with the form that its prefix names. */
function withForm(text: string): string {
  const [, origin = '', key = ''] = /^(\[[^\]]*\])?([1-9A-HJ-NP-Za-km-z]+)$/.exec(text) ?? []
  if (!looksExtended(key)) return text
  const { implies } = readExtendedKey(key)
  if (implies === null || implies === 'multisig') {
    refuseDescriptor(
      `an extended key alone does not say which addresses are meant: write one of ${forms}, such as wpkh(KEY/<0;1>/*)`,
    )
  }
  const inside = `wpkh(${origin}${plainFromSlip132(key)}/<0;1>/*)`
  return implies === 'wpkh' ? inside : `sh(${inside})`
}

function parseOutput(text: string): { wrapping: Wrapping; policy: Policy } {
  const { name, inside } = call(text)
  const key = (place: KeyPlace): Policy => ({ kind: 'key', key: parseKey(inside, place) })
  if (name === 'pkh') return { wrapping: 'pkh', policy: key('legacy') }
  if (name === 'wpkh') return { wrapping: 'wpkh', policy: key('segwit') }
  if (name === 'tr') {
    if (inside.includes(',')) refuseDescriptor('tr() with a script tree is not supported, only tr(KEY)')
    return { wrapping: 'tr', policy: key('taproot') }
  }
  if (name === 'wsh') return { wrapping: 'wsh', policy: parseMulti(inside, 'segwit') }
  if (name !== 'sh') return refuseDescriptor(`it is none of the forms that are supported: ${forms}`)
  const within = call(inside)
  if (within.name === 'wpkh') {
    return { wrapping: 'sh-wpkh', policy: { kind: 'key', key: parseKey(within.inside, 'segwit') } }
  }
  if (within.name === 'wsh') return { wrapping: 'sh-wsh', policy: parseMulti(within.inside, 'segwit') }
  return { wrapping: 'sh', policy: parseMulti(inside, 'legacy') }
}

/** Consensus: 20 keys in CHECKMULTISIG. A script behind P2SH is one push of at most 520 bytes. */
const maxKeys = 20
const maxPush = 520

function parseMulti(text: string, place: KeyPlace): Policy {
  const { name, inside } = call(text)
  if (name !== 'multi' && name !== 'sortedmulti') {
    return refuseDescriptor(`it is none of the forms that are supported: ${forms}`)
  }
  const [k = '', ...rest] = inside.split(',')
  const keys = rest.map((key) => parseKey(key, place))
  const required = /^\d{1,2}$/.test(k) ? Number(k) : 0
  if (keys.length > maxKeys || required < 1 || required > keys.length) {
    refuseDescriptor(`${name}() needs a number k and k to ${maxKeys} keys`)
  }
  if (place === 'legacy' && keys.reduce((sum, key) => sum + 1 + keyLength(key), 3) > maxPush) {
    refuseDescriptor(`the script of ${name}() is longer than the ${maxPush} bytes that sh() allows`)
  }
  return { kind: 'multi', required, sorted: name === 'sortedmulti', keys }
}

function keyLength(key: KeyExpression): number {
  return 'publicKey' in key ? key.publicKey.length : 33
}

function call(text: string): { name: string; inside: string } {
  const [, name = '', inside = ''] = /^([a-z_]+)\((.*)\)$/.exec(text) ?? []
  return { name, inside }
}
