const inputCharset =
  "0123456789()[],'/*abcdefgh@:$%{}" + 'IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~' + 'ijklmnopqrstuvwxyzABCDEFGH`#"\\ '
const checksumCharset = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const generator = [0xf5dee51989n, 0xa9fdca3312n, 0x1bab10e32dn, 0x3706b1677an, 0x644d626ffdn]

/**
 * The eight characters that stand behind `#`: a checksum over the descriptor before it. Source: BIP 380
 * (https://github.com/bitcoin/bips/blob/master/bip-0380.mediawiki#checksum), character sets and generator with it.
 *
 * @returns `null` where the text has a character that no descriptor may have.
 */
export function descriptorChecksum(text: string): string | null {
  let state = 1n
  let group = 0
  let grouped = 0
  for (const character of text) {
    const position = inputCharset.indexOf(character)
    if (position === -1) return null
    state = step(state, position & 31)
    group = group * 3 + (position >> 5)
    if (++grouped < 3) continue
    state = step(state, group)
    group = 0
    grouped = 0
  }
  if (grouped > 0) state = step(state, group)
  for (let i = 0; i < 8; i++) state = step(state, 0)
  state ^= 1n
  return Array.from(
    { length: 8 },
    (_, i) => checksumCharset[Number((state >> BigInt(5 * (7 - i))) & 31n)],
  ).join('')
}

function step(state: bigint, value: number): bigint {
  const top = Number(state >> 35n)
  let next = ((state & 0x7ffffffffn) << 5n) ^ BigInt(value)
  generator.forEach((term, i) => {
    if (((top >> i) & 1) === 1) next ^= term
  })
  return next
}
