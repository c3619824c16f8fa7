/**
 * A text without these characters at its ends. By index: a regular expression such as `/ +$/` begins anew at every
 * space, and takes minutes for a hostile text full of them.
 */
export function trimOf(text: string, characters: string): string {
  let from = 0
  let to = text.length
  while (from < to && characters.includes(text.charAt(from))) from++
  while (to > from && characters.includes(text.charAt(to - 1))) to--
  return text.slice(from, to)
}

/** White space as XML has it. */
export const xmlSpaces = '\t\n\r '

/** The white space of ASCII. */
export const asciiSpaces = '\t\n\v\f\r '
