import { forbiddenColumn } from '../../../privacy/forbidden-columns.ts'

/** The number of a document has more. */
const mostDigits = 4

/**
 * Whether an actor's id is a name in small letters, as GraphSense gives them (`lazarusgroup`, `1inch`). Whoever writes a TagPack may
 * put anything there: what may be the number of a document, or speaks of one, is none.
 */
export function isActorId(text: string): boolean {
  const digits = text.replace(/\P{Nd}/gu, '').length
  return (
    /^[\p{Ll}\p{Nd}][\p{Ll}\p{Nd}._-]{0,63}$/u.test(text) && digits <= mostDigits && !forbiddenColumn(text)
  )
}
