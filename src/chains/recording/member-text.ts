/**
 * The text of one member of a JSON object, exactly as it stands there: `memberText('{"id":1,"result":0.10}',
 * 'result')` is `0.10`. The text must be valid JSON (parse it first); `undefined` if there is no such member.
 */
export function memberText(json: string, name: string): string | undefined {
  let at = skipSpace(json, 0)
  if (json[at] !== '{') return undefined
  at = skipSpace(json, at + 1)
  while (json[at] === '"') {
    const keyEnd = endOfValue(json, at)
    const key: unknown = JSON.parse(json.slice(at, keyEnd))
    const start = skipSpace(json, skipSpace(json, keyEnd) + 1)
    const end = endOfValue(json, start)
    if (key === name) return json.slice(start, end)
    at = skipSpace(json, skipSpace(json, end) + 1)
  }
  return undefined
}

function skipSpace(json: string, from: number): number {
  let at = from
  while (at < json.length && ' \t\n\r'.includes(json.charAt(at))) at += 1
  return at
}

/** Where the value that starts here ends: after its last character. */
function endOfValue(json: string, start: number): number {
  let depth = 0
  for (let at = start; at < json.length; at += 1) {
    const char = json[at]
    if (char === '"') {
      at = endOfString(json, at) - 1
      if (depth === 0) return at + 1
    } else if (char === '{' || char === '[') depth += 1
    else if (char === '}' || char === ']') {
      if (depth === 0) return at
      depth -= 1
      if (depth === 0) return at + 1
    } else if (depth === 0 && (char === ',' || ' \t\n\r'.includes(json.charAt(at)))) return at
  }
  return json.length
}

function endOfString(json: string, start: number): number {
  for (let quote = json.indexOf('"', start + 1); quote >= 0; quote = json.indexOf('"', quote + 1)) {
    let slashes = 0
    while (json[quote - 1 - slashes] === '\\') slashes += 1
    if (slashes % 2 === 0) return quote + 1
  }
  return json.length
}
