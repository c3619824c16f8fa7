import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ChainscreenError } from '../../src/diagnostics/errors.ts'
import { Redactor } from '../../src/privacy/redactor.ts'

const clean = (text: string, ...urls: string[]) => new Redactor('list', urls).redact(text)

const url =
  'https://someone:p%40ssword@lists.example/datasets/v2/Ab12Cd34/sanctions/entities.ftm.json?token=SEKRET2&part=all'

describe('a message about a list', () => {
  it.each([
    ['the password', 'found "p%40ssword"', 'found "(secret)"'],
    ['the password, decoded', 'found "p@ssword"', 'found "(secret)"'],
    ['the user', 'hello someone', 'hello (secret)'],
    ['both as they are sent', 'Basic c29tZW9uZTpwQHNzd29yZA==', 'Basic (secret)'],
    ['a value of the query', 'Invalid key SEKRET2.', 'Invalid key (secret).'],
    ['one in other letters', 'unknown column "invalid key sekret2"', 'unknown column "invalid key (secret)"'],
    ['a part of the path', '/v2/Ab12Cd34/', '/v2/(secret)/'],
  ])('keeps %s of its url to itself', (_, text, expected) => {
    expect(clean(text, url)).toBe(expected)
  })

  it.each(['?k=abc%2BdefGHI123', '?k=abc+def/ghi123=', '?sig=a%20b%2Fc%3D1234567', '?8f3a9c77deadbeef01'])(
    'keeps a key to itself that comes back as it was sent: %s',
    (query) => {
      const key = query.replace(/^\?(k=|sig=)?/, '')
      expect(clean(`GET /list.csv${query}`, `https://lists.example/list.csv${query}`)).not.toContain(key)
    },
  )

  it.each([
    'https://data.opensanctions.org answered 404 Not Found',
    'entities.ftm.json is not the file that index.json names',
    'all datasets of lists.example are v2',
  ])('says what it says where nothing is a key: %s', (text) => {
    expect(clean(text, url)).toBe(text)
  })

  it('says the name of a file, and no key that looks like one', () => {
    const text = 'SDN_ADVANCED.XML and SDN_ADVANCED.ZIP'
    expect(clean(text, 'https://lists.example/exports/SDN_ADVANCED.ZIP')).toBe(text)
    expect(clean('found Ab12Cd34.csv', 'https://lists.example/Ab12Cd34.csv')).toBe('found (secret)')
  })

  it('keeps a key to itself that was cut, up to its last character', () => {
    const key = `${'eyJhbGciOi.J9'.repeat(20)}+end`
    const long = `https://lists.example/list?token=${encodeURIComponent(key)}`
    for (const length of [12, 30, 100, key.length]) {
      expect(clean(`found "key ${key.slice(0, length)}", expected`, long)).toBe(
        'found "key (secret)", expected',
      )
    }
  })

  it.each([
    ['?k=abc+def/ghi123=', 'got "abc+def/ghi123="'],
    ['?sig=ab%2Bcd%2Fef%3D12', 'got "ab cd/ef=12" and "ab+cd/ef=12"'],
    ['?k=a1%26b7cdef', 'got <k>a1&amp;b7cdef</k> and "a1\\u0026b7cdef"'],
    ['?8f3a9c77deadbeef01=', 'got 8f3a9c77deadbeef01'],
    ['/l;key=K3Yabc789x/', 'got K3Yabc789x'],
  ])('keeps a key to itself, however it comes back: %s', (rest, text) => {
    expect(clean(text, `https://lists.example/${rest}`).match(/[a-z0-9]{6}/i)?.[0]).toBe('secret')
  })

  it('says the words, days and types of an address that is signed', () => {
    const ofac = 'https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/SDN_ADVANCED.ZIP'
    const signed =
      'https://store.example/x?se=2026-11-28T13:00:00Z&sv=2024-11-04&rsct=text/xml&sig=0a1b2c3d4e5f'
    const text = 'text/xml of 2024-11-04 in "https://…/api/PublicationPreview/exports/ADVANCED_XML"'
    expect(clean(text, ofac, signed)).toBe(text)
    expect(clean('0a1b2c3d4e5f', ofac, signed)).toBe('(secret)')
  })

  it('keeps what belongs to an address that it redirects to, too', () => {
    const text = 'found "/x?sig=0a1b2c3d4e" and "token=SEKRET2"'
    expect(clean(text, url, 'https://storage.example/x?sig=0a1b2c3d4e')).toBe(
      'found "/x?sig=(secret)" and "token=(secret)"',
    )
  })

  it('is not changed by what a key looks like to a pattern', () => {
    expect(clean('found "a.b*c(d[e" and "axbbc"', 'https://h/x?k=a.b*c(d[e')).toBe(
      'found "(secret)" and "axbbc"',
    )
  })
})

const key = 'K3yOfTheNode9x7Q2m'
const password = 'pa55w0rd!Of-Mine'
const node = new Redactor('node', [
  `https://operator:${encodeURIComponent(password)}@rpc.example/v3/${key}?apikey=qK77z1`,
])
const base64 = (text: string) => Buffer.from(text).toString('base64')
const percent = (text: string) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join('')
const entities = (text: string) => [...text].map((char) => `&#${char.charCodeAt(0)};`).join('')
const unicode = (text: string) =>
  [...text].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')

/** Ways in which a gateway may tell a secret. */
const encodings: readonly [name: string, encode: (secret: string) => string][] = [
  ['as it is', (secret) => secret],
  ['in capitals', (secret) => secret.toUpperCase()],
  ['in small letters', (secret) => secret.toLowerCase()],
  ['percent-encoded', percent],
  ['percent-encoded in part', (secret) => `${percent(secret.slice(0, 3))}${secret.slice(3)}`],
  ['percent-encoded twice', (secret) => encodeURIComponent(percent(secret))],
  ['in HTML entities', entities],
  ['in escapes of JSON', unicode],
  ['in Base64', base64],
  ['in Base64 for URLs', (secret) => Buffer.from(secret).toString('base64url')],
  ['in Base64 in small letters', (secret) => base64(secret).toLowerCase()],
  ['in Base64 behind one character', (secret) => base64(`x${secret}`)],
  ['in Base64 within a longer text', (secret) => base64(`GET /v3/${secret} HTTP/1.1`)],
  ['in hex', (secret) => Buffer.from(secret).toString('hex')],
  ['in two halves', (secret) => `${secret.slice(0, 9)} and ${secret.slice(9)}`],
  ['letter by letter', (secret) => [...secret].join('-')],
  ['with control characters in it', (secret) => [...secret].join('\u0000\u200b')],
  ['in colours of a terminal', (secret) => [...secret].join('\u001b[31m')],
  [
    'in full-width letters',
    (secret) => secret.replace(/[a-z0-9]/gi, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0)),
  ],
  ['cut short', (secret) => secret.slice(0, 10)],
  ['without its beginning', (secret) => secret.slice(6)],
]

/** Every piece of six letters or digits that is told of a secret, whatever it is written as. */
function told(text: string, secret: string): string[] {
  const letters = (some: string) =>
    some
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '')
  const all = letters(text)
  const pieces = encodings.flatMap(([, encode]) => letters(encode(secret)))
  return pieces.filter((piece) => piece.length > 6 && all.includes(piece))
}

describe('what a node wrote', () => {
  for (const [what, secret] of [
    ['the key', key],
    ['the password', password],
    ['user and password', `operator:${password}`],
  ] as const) {
    it.each(encodings)(`does not tell ${what} %s`, (_, encode) => {
      const text = `no such method: ${encode(secret)}, so there`
      expect(told(node.quote(text), secret)).toEqual([])
      expect(node.quote(text)).toMatch(/^no such method: .*\(secret\).*, so there$/)
      expect(node.reveals(text)).toBe(true)
    })
  }

  it('does not tell the Basic header', () => {
    const header = `Basic ${base64(`operator:${password}`)}`
    expect(node.quote(`got ${header}, expected another`)).toBe('got Basic (secret), expected another')
    expect(node.quote(`got ${header.toUpperCase()}`)).toBe('got BASIC (secret)')
  })

  it('does not tell the Basic header of a short login', () => {
    const short = new Redactor('node', ['http://a:b@rpc.example'])
    expect(short.quote(`authorization: Basic ${base64('a:b')}`)).toBe('authorization: Basic (secret)')
  })

  it('does not tell a password that has no letters or digits', () => {
    const odd = new Redactor('node')
    odd.addLogin('u', '!!$$..##')
    expect(odd.quote('wrong password !!$$..##')).toBe('wrong password (secret)')
  })

  it('says what has nothing to do with a secret', () => {
    const text = 'execution reverted: block 0xabc123 of eth_getLogs is pruned (code -32000)'
    expect(node.quote(text)).toBe(text)
    expect(node.reveals('"5f3a-1c9e77"')).toBe(false)
  })

  it('says a user name that is a word where a password stands beside it', () => {
    expect(node.quote('hello operator')).toBe('hello operator')
  })

  it('does not tell a URL, and neutralises what moves a terminal', () => {
    const text = 'see wss://other:key@host/x \u001b]0;title\u0007\u202eabc\u2066 \u0000\r\n\u2028end'
    expect(node.quote(text)).toBe('see (url)  abc   end')
  })

  it('is short', () => {
    expect(node.quote('x'.repeat(1e6))).toHaveLength(201)
    expect(node.redact('x'.repeat(1e6)).length).toBeLessThan(10_100)
  })

  it('is the same when it is cleaned again, also where the password is the word for it', () => {
    const secret = new Redactor('node', ['http://u:secret@rpc.example'])
    const once = secret.redact('the password is secret')
    expect(once).toBe('the password is (secret)')
    expect(secret.redact(once)).toBe(once)
  })

  it('takes an error apart: message, details, stack and causes', () => {
    const cause = new Error(`got ${key}`)
    const error = new ChainscreenError('node-bad-answer', `answered ${key}`, {
      details: [`said ${key}`],
      cause,
    })
    node.redactError(error)
    expect(error.message).toBe('answered (secret)')
    expect(inspect(error)).not.toContain(key)
  })
})
