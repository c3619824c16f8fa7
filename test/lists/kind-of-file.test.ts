import { describe, expect, it } from 'vitest'
import { kindOfFile } from '../../src/lists/kind-of-file.ts'
import { markedFiles } from './marked-files.ts'

const kindOf = (text: string | Buffer | undefined, format: string) =>
  kindOfFile(Buffer.from(text ?? ''), format)

describe('a rejected file that people take for another', () => {
  it.each([
    [
      'SDN_ENHANCED.XML',
      'ofac-sdn-advanced',
      /SDN_ENHANCED.*take SDN_ADVANCED.XML with the format ofac-sdn-advanced$/,
    ],
    ['SDN_ENHANCED.XML', 'csv', /take SDN_ADVANCED.XML/],
    ['SDN.CSV', 'csv', /^OFAC's SDN.CSV.*take SDN_ADVANCED.XML/],
    ['SDN_ADVANCED.XML', 'ofac-sdn', /its format is ofac-sdn-advanced$/],
    ['SDN.XML', 'csv', /its format is ofac-sdn$/],
    ['EU list', 'csv', /its format is eu-fsf$/],
    ['UK-Sanctions-List.xml', 'opensanctions', /its format is uk-sanctions-list$/],
    ['a web page', 'csv', /web page/],
  ])('is named with the file to take: %s as %s', (name, format, kind) => {
    expect(kindOf(markedFiles[name], format)).toMatch(kind)
  })

  it('is named behind a declaration, comments and a prefix, and by its root alone', () => {
    const xml = '\ufeff<?xml version="1.0"?>\n<!-- a - b --><x:CONSOLIDATED_LIST xmlns:x="y">'
    expect(kindOf(xml, 'csv')).toMatch(/^the UN's consolidated list/)
    expect(kindOf('<other><sanctionsData/></other>', 'csv')).toBeNull()
    expect(kindOf('address\n0x01\n', 'csv')).toBeNull()
  })

  it('is not told to be read as what it was read as', () => {
    expect(kindOf(markedFiles['SDN.XML'], 'ofac-sdn')).toBeNull()
  })
})
