/** The prefixes of segwit addresses of the chains that are known here, as in `bc1…`. */
const hrps = ['bc', 'tb', 'bcrt', 'ltc', 'tltc', 'bnb', 'btg']
/** How such an address begins, `bc1` and so on; for use within a regular expression. */
export const segwit = `(?:${hrps.join('|')})1`
/** The letters and digits behind `bc1`, and in a cashaddr; for use within a regular expression, in either case. */
export const bech32Data = '[02-9ac-hj-np-z]'
/** Whatever a text may be that was cut within such a prefix: `b`, `bc`, `t`, … */
export const begunHrp = [...new Set(hrps.flatMap((hrp) => [...hrp].map((_, at) => hrp.slice(0, at + 1))))]
export const cashPrefixes = ['bitcoincash', 'bchtest', 'bchreg']
