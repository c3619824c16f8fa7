import { parseAddress } from '../../../address/parse.ts'
import { looksLikeAddress } from './looks-like.ts'
import { segwit } from './prefixes.ts'

/** How explorers name what follows: `/address/…`, `#/account/…`, `?token=…`. */
const names = /(?:address|account|wallet|token|contract)(?:es|s)?[/=#]+$/i
/** How far before a run they are looked for. */
export const nameReach = 20
/** By their prefixes alone. Shorter hex is a place on a map, or a number of somebody's. */
const evident = new RegExp(`^(?:0x[0-9a-z]{30,50}|${segwit}[a-z0-9]{20,90})$`, 'i')

/**
 * Whether a run inside a link is an address, or was meant as one. Links are full of random letters that name pages:
 * what is damaged counts only where its prefix or the link says what it is.
 *
 * @param before what stands before the run; its last {@link nameReach} characters are enough.
 */
export function isAddressInLink(run: string, before: string): boolean {
  if (parseAddress(run).ok) return true
  return (evident.test(run) || names.test(before)) && looksLikeAddress(run)
}
