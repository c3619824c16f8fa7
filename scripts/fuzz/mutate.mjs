/** What can go wrong with a file: each takes the bytes and a source of chance, and gives other bytes. */
const laughs = `<!DOCTYPE lolz [<!ENTITY lol "lol">${Array.from({ length: 9 }, (_, i) => `<!ENTITY lol${i + 1} "${`&lol${i || ''};`.repeat(10)}">`).join('')}]>`
const yamlLaughs = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'.replace(/./g, (name, at) => `${name}: &${name} [${`*${'abcdefgh'[at]},`.repeat(9)}]\n`)}`
const nestings = [
  ['<a>', ''],
  ['<a>', '</a>'],
  ['[', ']'],
  ['{"a":', '}'],
  ['- ', ''],
  ['{a: ', '}'],
  ['"', '"'],
]
const oddTexts = [
  '&lol;',
  '&#0;',
  '&#x41;',
  '&amp;',
  '<![CDATA[',
  ']]>',
  '<!--',
  '-->',
  '\0',
  '\0\0\0\0',
  '\ufeff',
  '\u200b',
  '\u00ad',
  'Н',
  'с',
  '"',
  "'",
  ',',
  '\n',
  '\r',
  '\t',
  '<',
  '>',
  '{',
  '}',
  '- ',
  ': ',
  '*',
  '&',
  '!!js/function ',
  '\\u0000',
  '\\',
  '0x',
  '...\n',
  '---\n',
  '%YAML 9.9\n',
  '\ud83d',
]
const html =
  '<!DOCTYPE html>\n<html><head><title>503 Service Unavailable</title></head><body><p>Come back later</body></html>\n'

const splice = (bytes, at, remove, insert) =>
  Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)])
const insertAt = (bytes, random, insert) =>
  splice(bytes, random.below(bytes.length + 1), 0, Buffer.from(insert))
/** Where text stands, so that a large insert lands in a tag, a value or a text. */
const large = (bytes, random, insert) => {
  const marks = [...bytes.toString('latin1').matchAll(/["'>:,\n]/g)].map(({ index }) => index + 1)
  return splice(bytes, marks.length > 0 ? random.pick(marks) : 0, 0, Buffer.from(insert))
}

export const mutations = {
  flip(bytes, random) {
    const copy = Buffer.from(bytes)
    for (let count = 1 + random.below(4); count > 0 && copy.length > 0; count--)
      copy[random.below(copy.length)] ^= 1 << random.below(8)
    return copy
  },
  byte(bytes, random) {
    const copy = Buffer.from(bytes)
    if (copy.length > 0) copy[random.below(copy.length)] = random.below(256)
    return copy
  },
  cut: (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  behead: (bytes, random) => bytes.subarray(random.below(bytes.length + 1)),
  gap: (bytes, random) =>
    splice(bytes, random.below(bytes.length + 1), 1 + random.below(200), Buffer.alloc(0)),
  double(bytes, random) {
    const at = random.below(bytes.length + 1)
    return splice(bytes, at, 0, bytes.subarray(at, at + 1 + random.below(400)))
  },
  twice: (bytes) => Buffer.concat([bytes, bytes]),
  shuffle(bytes, random) {
    const lines = bytes.toString('latin1').split('\n')
    const [from, to] = [random.below(lines.length), random.below(lines.length)]
    lines.splice(to, 0, ...lines.splice(from, 1))
    return Buffer.from(lines.join('\n'), 'latin1')
  },
  dropLine(bytes, random) {
    const lines = bytes.toString('latin1').split('\n')
    lines.splice(random.below(lines.length), 1)
    return Buffer.from(lines.join('\n'), 'latin1')
  },
  odd: (bytes, random) => insertAt(bytes, random, random.pick(oddTexts)),
  nul: (bytes, random) => insertAt(bytes, random, Buffer.alloc(1 + random.below(20))),
  entities: (bytes, random) => insertAt(bytes, random, '&lol9;'.repeat(1 + random.below(20))),
  laughs(bytes, random) {
    if (bytes.subarray(0, 1).toString() !== '<') return Buffer.concat([Buffer.from(yamlLaughs), bytes])
    const text = bytes.toString('latin1')
    const after = text.startsWith('<?') ? text.indexOf('?>') + 2 : 0
    return insertAt(splice(bytes, after, 0, Buffer.from(laughs)), random, '&lol9;')
  },
  nest(bytes, random) {
    const [open, close] = random.pick(nestings)
    const depth = 10 ** (1 + random.below(4))
    return large(bytes, random, open.repeat(depth) + close.repeat(depth))
  },
  encoding(bytes, random) {
    const text = bytes.toString('utf8')
    return random.pick([
      () => Buffer.from(text, 'latin1'),
      () => Buffer.from(`\ufeff${text}`, 'utf16le'),
      () => Buffer.from(text, 'utf16le'),
      () => Buffer.from(text, 'utf16le').swap16(),
      () => Buffer.from(text.replace(/./gsu, (c) => `${c}\0\0\0`)),
      () => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
      () => Buffer.from(bytes.toString('latin1'), 'utf8'),
    ])()
  },
  garbage: (_, random) => Buffer.from(Array.from({ length: random.below(2000) }, () => random.below(256))),
  empty: (_, random) =>
    Buffer.from(random.pick(['', ' ', '\n\n', '<', '{}', '[]', '\ufeff', '{}\n', 'null\n'])),
  page: () => Buffer.from(html),
}

/** 10 MB each: rare, since each takes as long as a thousand of the others. */
export const largeMutations = {
  largeAttribute: (bytes, random) => large(bytes, random, `<b a="${'x'.repeat(10_000_000)}"/>`),
  largeText: (bytes, random) => large(bytes, random, 'x'.repeat(10_000_000)),
  largeTokens: (bytes, random) => large(bytes, random, '1aBcD2eF3g '.repeat(90_000)),
  largeLines: (bytes, random) => large(bytes, random, '\n'.repeat(3_000_000)),
  manyItems: (bytes, random) => large(bytes, random, '[1,'.repeat(100_000)),
}
