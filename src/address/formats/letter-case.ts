/**
 * Whether a text mixes capitals and small letters as base58 of random bytes does. Bech32 and cashaddr have one
 * case, and a damaged one has a letter or two of the other: this tells it from a Solana key that begins alike.
 */
export function isWellMixed(text: string): boolean {
  const capitals = text.match(/[A-Z]/g)?.length ?? 0
  const small = text.match(/[a-z]/g)?.length ?? 0
  return Math.min(capitals, small) > 2
}
