import fc from 'fast-check'
import { type Family, families, type Key, makeKey } from '../../src/address/key.ts'
import { p2pkhScript, p2shScript, witnessScript } from '../../src/address/script-templates.ts'

export const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

const legacyScript = fc.oneof(bytes(20).map(p2pkhScript), bytes(20).map(p2shScript))

const futureScript = fc
  .tuple(fc.integer({ min: 1, max: 16 }), fc.uint8Array({ minLength: 2, maxLength: 40 }))
  .map(([version, program]) => witnessScript(version, program))

export const segwitScript = fc.oneof(
  fc.oneof(bytes(20), bytes(32)).map((program) => witnessScript(0, program)),
  futureScript,
)

const moneroData = fc.oneof(
  fc
    .tuple(fc.constantFrom(18, 42, 53, 63, 24, 36), bytes(64))
    .map(([network, keys]) => Uint8Array.of(network, ...keys)),
  fc.tuple(fc.constantFrom(19, 54, 25), bytes(72)).map(([network, keys]) => Uint8Array.of(network, ...keys)),
)

const contents: Readonly<Record<Family, fc.Arbitrary<Uint8Array>>> = {
  evm: bytes(20),
  tron: bytes(20),
  bitcoin: fc.oneof(legacyScript, segwitScript),
  litecoin: fc.oneof(legacyScript, segwitScript),
  'bitcoin-gold': fc.oneof(legacyScript, segwitScript),
  'bitcoin-cash': fc.oneof(
    legacyScript,
    bytes(32).map((hash) => Uint8Array.of(0xaa, 0x20, ...hash, 0x87)),
  ),
  dash: legacyScript,
  zcash: legacyScript,
  dogecoin: legacyScript,
  verge: legacyScript,
  monero: moneroData,
  xrp: bytes(20),
  bnb: bytes(20),
  solana: bytes(32),
}

/** Any key that an address can stand for. */
export function keyOf(family: Family): fc.Arbitrary<Key> {
  return contents[family].map((content) => makeKey(family, content))
}

/** Families whose every address carries a checksum of at least 30 bits. */
export const checkedFamilies = families.filter((family) => family !== 'evm' && family !== 'solana')
