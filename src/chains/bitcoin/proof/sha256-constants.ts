const primes = firstPrimes(64)

/** First 32 bits of the fractional parts of the square roots of the first 8 primes (FIPS 180-4, 5.3.3). */
export const sha256Initial: readonly number[] = primes.slice(0, 8).map((prime) => fraction(prime, 2n))

/** First 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2). */
export const sha256Constants: readonly number[] = primes.map((prime) => fraction(prime, 3n))

/** Of the root, by halving an interval that holds it, scaled by 2^32. */
function fraction(prime: number, root: 2n | 3n): number {
  const scaled = BigInt(prime) << (32n * root)
  let low = 0n
  let high = 1n << 40n
  while (high - low > 1n) {
    const middle = (low + high) >> 1n
    if (middle ** root <= scaled) low = middle
    else high = middle
  }
  return Number(low & 0xffffffffn)
}

function firstPrimes(count: number): number[] {
  const found: number[] = []
  for (let n = 2; found.length < count; n++) if (found.every((prime) => n % prime !== 0)) found.push(n)
  return found
}
