import { describe, expect, it } from 'vitest'
import { withoutSecrets } from '../src/url-secrets.ts'

const clean = (text: string, ...urls: string[]) => withoutSecrets(text, new Set(urls))

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
