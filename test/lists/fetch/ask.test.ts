import { describe, expect, it } from 'vitest'
import { redirectTarget } from '../../../src/lists/fetch/ask.ts'

const origin = new URL('https://lists.example/a?key=SECRET')
const go = (location: string | undefined, from = origin, hosts = ['files.example', 'files.example:8443']) =>
  redirectTarget(from, location, origin, hosts).href

describe('a redirect', () => {
  it.each([
    ['/b', 'https://lists.example/b'],
    ['b?x=1', 'https://lists.example/b?x=1'],
    ['https://lists.example/b', 'https://lists.example/b'],
    ['https://files.example/b?sig=1', 'https://files.example/b?sig=1'],
    ['https://FILES.example/b', 'https://files.example/b'],
    ['https://files.example:8443/b', 'https://files.example:8443/b'],
  ])('to %s is followed', (location, href) => {
    expect(go(location)).toBe(href)
  })

  it('from http to https of the same host is followed', () => {
    const http = new URL('http://lists.example:8080/a')
    expect(redirectTarget(http, 'https://lists.example/a', http, []).href).toBe('https://lists.example/a')
  })

  it('that comes back from an allowed host is followed', () => {
    expect(go('https://lists.example/c', new URL('https://files.example/b'))).toBe('https://lists.example/c')
  })

  it.each([
    [
      'https://elsewhere.example/?sig=SECRET',
      /to https:\/\/elsewhere\.example, which the config does not allow/,
    ],
    ['https://files.example.evil.example/', /which the config does not allow/],
    ['https://lists.example:444/', /which the config does not allow/],
    ['https://files.example@evil.example/', /to https:\/\/evil\.example, which/],
    ['http://lists.example/a', /from https back to http/],
    ['http://files.example/a', /from https back to http/],
    ['file:///etc/passwd', /redirects to file: addresses/],
    ['data:text/plain,x', /redirects to data: addresses/],
    ['https://', /without saying where to/],
    [undefined, /without saying where to/],
  ])('to %s is refused', (location, message) => {
    expect(() => go(location)).toThrow(
      expect.objectContaining({ code: 'list-refused', message: expect.stringMatching(message) }),
    )
    expect(() => go(location)).not.toThrow(/SECRET/)
  })
})
