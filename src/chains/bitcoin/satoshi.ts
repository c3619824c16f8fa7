/**
 * Satoshi of an amount of BTC as JSON writes it: `0.00629232`, `50`, `5.46e-6`. Digit by digit: a double is no amount.
 *
 * @returns `undefined` where the text is no number, negative, or has a part of a satoshi
 */
export function satoshiOf(btc: string): bigint | undefined {
  const match = /^(\d{1,20})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?$/.exec(btc)
  if (match === null) return undefined
  const [, whole = '', fraction = '', exponent = '0'] = match
  const digits = BigInt(whole + fraction)
  const shift = 8 - fraction.length + Number(exponent)
  if (shift >= 0) return shift > 40 ? undefined : digits * 10n ** BigInt(shift)
  const divisor = 10n ** BigInt(-shift)
  return digits % divisor === 0n ? digits / divisor : undefined
}

/**
 * Puts the amounts of a `getblock` reply in quotes, so that JSON.parse leaves them as written. Inside a JSON string a quote is
 * escaped, so the pattern only meets real keys.
 */
export function quoteAmounts(json: string): string {
  return json.replace(/"value"\s*:\s*(-?[0-9][0-9.eE+-]*)/g, '"value":"$1"')
}
