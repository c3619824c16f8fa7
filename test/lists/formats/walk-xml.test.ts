import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { walkXml, type XmlElement } from '../../../src/lists/formats/walk-xml.ts'
import { refusal } from '../refusal.ts'
import { chunks } from './chunks.ts'

/** The texts of `<a>` inside the root `<r>`. */
async function texts(
  xml: string | Uint8Array,
  size?: number,
  more: Partial<XmlElement> = {},
  namespaces: readonly (string | null)[] = [null],
) {
  const found: string[] = []
  const a: XmlElement = { text: (text) => found.push(text), ...more }
  await walkXml(chunks(xml, size), {
    root: 'r',
    namespaces,
    what: 'a test file',
    element: { children: { a } },
  })
  return found
}

describe('walkXml', () => {
  it('reads only what the tree names', async () => {
    expect(await texts('<r><b><a>in b</a></b><a>1<c>in c</c>2</a>loose<a/></r>')).toEqual(['12', ''])
  })

  it('reads prose with all that is marked up in it, and a line break at each border', async () => {
    const xml = '<r><a>1<c>in <d>d</d></c>2<br/>3<a>4</a></a><b>no</b></r>'
    expect(await texts(xml, 3, { prose: true })).toEqual(['1\nin \nd\n\n2\n\n3\n4\n'])
  })

  it('leaves an element unread that is not accepted', async () => {
    const accept: XmlElement['accept'] = ({ id }) => id === '2'
    expect(await texts('<r><a id="1">x<a id="2">y</a></a><a id="2">z</a></r>', 5, { accept })).toEqual(['z'])
  })

  it('takes no name from the prototype of an object', async () => {
    expect(await texts('<r><constructor>x</constructor><toString><a>y</a></toString></r>')).toEqual([])
  })

  it('joins text across chunks, entities, comments and CDATA', async () => {
    const unit = fc.constantFrom(...'ab<>&;]"é好🙂 ')
    const text = fc.string({ unit, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(text, text, fc.integer({ min: 1, max: 30 }), async (one, two, size) => {
        const escaped = one.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
        const cdata = two.replaceAll(']]>', ']]]]><![CDATA[>')
        expect(await texts(`<r><a>${escaped}<!-- no --><![CDATA[${cdata}]]></a></r>`, size)).toEqual([
          one + two,
        ])
      }),
    )
  })

  it.each([
    ['by default', '<r xmlns="urn:x"><a>1</a></r>'],
    ['by prefix', '<p:r xmlns:p="urn:x"><p:a>1</p:a></p:r>'],
    ['by two prefixes', '<p:r xmlns:p="urn:x" xmlns:q=" urn:x "><q:a>1</q:a></p:r>'],
    ['declared again', '<r xmlns="urn:x"><p:a xmlns:p="urn:x">1</p:a></r>'],
    ['beside others', '<r xmlns="urn:x" xmlns:y="urn:y"><y:b><y:a>no</y:a></y:b><a y:b="2">1</a></r>'],
  ])('reads its own namespace, %s', async (_, xml) => {
    expect(await texts(xml, 7, {}, ['urn:old', 'urn:x'])).toEqual(['1'])
  })

  it.each([
    ['another', '<r xmlns="urn:y"/>', /<r> is of another namespace, expected the namespace "urn:x"/],
    ['none', '<r/>', /<r> is of no namespace, expected the namespace "urn:x"/],
    ['none for the prefix', '<p:r xmlns="urn:x"/>', /is of no namespace/],
    ['another inside', '<r xmlns="urn:x"><a xmlns="urn:y"/></r>', /<a> at line 1 is of another namespace/],
    [
      'another for what is inside',
      '<r xmlns="urn:x" xmlns:x="urn:x"><x:a xmlns="urn:y"/></r>',
      /<a> at line 1/,
    ],
    ['another by prefix', '<r xmlns="urn:x" xmlns:y="urn:y"><y:a/></r>', /<a> at line 1 is of another/],
    ['a prefix that is not declared', '<r xmlns="urn:x"><y:a/></r>', /<a> at line 1 is of another/],
  ])('refuses a file of %s', async (_, xml, message) => {
    const error = await refusal(texts(xml, 7, {}, ['urn:x']))
    expect(error.code).toBe('bad-file')
    expect(error.message).toMatch(message)
  })

  it('drops a byte order mark', async () => {
    expect(await texts('\ufeff<r><a>x</a></r>', 1)).toEqual(['x'])
  })

  it.each<[string, string | Uint8Array, RegExp]>([
    [
      'bytes that are not UTF-8',
      Buffer.from('<r><a>caf\xe9</a></r>', 'latin1'),
      /not valid UTF-8: between bytes/,
    ],
    [
      'an end inside a character',
      Buffer.from('<r><a>é').subarray(0, 7),
      /ends inside a character, at byte 7/,
    ],
    ['UTF-16', Buffer.from('\ufeff<r/>', 'utf16le'), /not valid UTF-8/],
    [
      'another declared encoding',
      '<?xml version="1.0" encoding="iso-8859-1"?><r/>',
      /says that it is encoded otherwise/,
    ],
    ['a NUL', '<r>\0</r>', /not well-formed/],
    ['a second root', '<r/><r/>', /not well-formed/],
    ['text after the root', '<r/>x', /not well-formed/],
    ['crossed tags', '<r><a></r></a>', /not well-formed at line 1/],
    ['only a comment', '<!-- nothing -->', /not well-formed.*root element/],
    ['an unfinished tag after the root', '<r></r><', /not well-formed/],
    ['hostile depth', `<r>${'<a>'.repeat(200)}`, /more than 100 elements deep/],
    ['a DOCTYPE', '<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>', /DOCTYPE, which a test file never has/],
  ])('refuses %s', async (_, xml, message) => {
    const error = await refusal(texts(xml, 100))
    expect(error.code).toBe('bad-file')
    expect(error.message).toMatch(message)
  })

  it.each([
    ['an attribute', 1_048_576, (long: string) => `<r><b x="${long}"/></r>`],
    ['a text that nobody wants', 1_048_576, (long: string) => `<r><b>${long}</b></r>`],
    [
      'a wanted text in pieces',
      65_536,
      (long: string) => `<r><a>${long.replaceAll('xxxxxxxx', '<b/>xxxx')}</a></r>`,
    ],
    ['prose in pieces', 65_536, (long: string) => `<r><p>${long.replaceAll('xxxxxxxx', '<b/>xxxx')}</p></r>`],
    ['a comment', 1_048_576, (long: string) => `<r><!--${long}--></r>`],
    ['a document type', 1_048_576, (long: string) => `<!DOCTYPE r [${long}]><r/>`],
  ])('refuses %s without end, before it has read it all', async (_, limit, build) => {
    const input = chunks(build('x'.repeat(8_000_000)), 65_536)
    let given = 0
    input.on('data', (chunk: Buffer) => {
      given += chunk.length
    })
    input.pause()
    const a: XmlElement = { text: () => {} }
    const error = await refusal(
      walkXml(input, {
        root: 'r',
        namespaces: [null],
        what: 'a test file',
        element: { children: { a, p: { ...a, prose: true } } },
      }),
    )
    expect(error.message).toContain(`longer than ${limit} characters`)
    expect(given).toBeGreaterThan(limit)
    expect(given).toBeLessThan(limit * 4)
  })

  it('lets a failure of the reader itself through as it is', async () => {
    const broken = () => {
      throw new TypeError('a bug')
    }
    await expect(texts('<r><a/></r>', 9, { open: broken })).rejects.toThrow(TypeError)
  })
})
