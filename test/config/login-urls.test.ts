import { describe, expect, it } from 'vitest'
import { isLoginCut, redactUrl } from '../../src/diagnostics/errors.ts'
import { proxyFor } from '../../src/lists/fetch/connections.ts'
import { bitcoinChain, evmChain, parse, refusal } from './parse.ts'

const evm = (url: string) => evmChain.replace('http://127.0.0.1:8545', JSON.stringify(url))
const places: [string, (url: string) => string][] = [
  ['rpc of an EVM chain', evm],
  ['rpc of Bitcoin', (url) => bitcoinChain.replace('http://127.0.0.1:8332', JSON.stringify(url))],
  ['ws', (url) => `${evmChain}    ws: ${JSON.stringify(url.replace('http', 'ws'))}`],
  ['url of a list', (url) => `lists: [{ id: a, format: csv, url: ${JSON.stringify(url)} }]`],
  [
    'url of a webhook',
    (url) =>
      `delivery: [{ id: a, type: webhook, secret: whsec_${'A'.repeat(32)}, url: ${JSON.stringify(url)} }]`,
  ],
]

describe.each(places)('%s', (_, config) => {
  it.each([
    ...['https://u:/s3cret@h.org/', 'https://u.v:/s3cret@h.org/', 'https://u:4711/s3cret@h.org/'],
    ...['https://s3cret/x@h.org/', 'https://u:4711?s3cret@h.org/', 'https://u:#s3cret@h.org/'],
    ...['https://u:s3cret/x@h.org/', 'https://u:x@s3cret/x@h.org/', 'https://u:s3cret%zz@h.org/'],
    ...['https://u:\\s3cret@h.org/', 'https:////u:4711/s3cret@h.org/', 'https://s3cret?x@h.org/'],
  ])('is refused as %j, whose login is not percent-encoded, and no piece of it is shown', (url) => {
    const { message, lines } = refusal(config(url))
    expect(lines).toEqual([expect.stringContaining('%2F')])
    expect(`${message}${lines}`).not.toMatch(/s3cret|4711|u\.v/)
  })

  it.each(['https://u:p%2F%3F%40@h.org/a/b', 'https://h.org/list@1/a.csv', 'https://h.org:8443/a?b=c%40d'])(
    'may be %j',
    (url) => expect(() => parse(config(url))).not.toThrow(),
  )
})

describe('a URL that is shown', () => {
  it.each([
    ['https://key:word@h.org:8443/path?query', 'https://h.org:8443'],
    ['https://h.org/list@1/a.csv', 'https://h.org'],
    ['https://user:12/word@h.org', '(a URL that is not shown)'],
    ['s3cret:word', '(not a URL)'],
    ['no URL', '(not a URL)'],
  ])('is of %j as %j', (url, shown) => expect(redactUrl(url)).toBe(shown))

  it('takes no long time to be looked at', () => {
    expect(isLoginCut(`http://${'/'.repeat(1_000_000)}`)).toBe(false)
  })
})

it('a proxy of the environment whose login is not percent-encoded is refused, and not shown', () => {
  const env = { https_proxy: 'http://user:4711/s3cret@proxy.org:3128' }
  expect(() => proxyFor(new URL('https://h.org'), env)).toThrow(/^https_proxy in the environment .*unset it/)
})

it('a webhook over http in capitals needs allowPrivate too', () => {
  const url = 'HTTP://receiver.example.org/'
  const text = `delivery: [{ id: a, type: webhook, secret: whsec_${'A'.repeat(32)}, url: "${url}" }]`
  expect(refusal(text).lines).toEqual([expect.stringContaining('allowPrivate')])
})
