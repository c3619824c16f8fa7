import type { Readable } from 'node:stream'
import { SaxesParser } from 'saxes'

/** Feature types of OFAC's list that must never be collected. */
const kinds: Record<string, string> = {
  8: 'birthdate',
  9: 'place of birth',
  10: 'nationality',
  11: 'citizenship',
  25: 'location',
  365: 'registration country',
  404: 'registration country',
}

/**
 * What an OFAC file says about these parties that must not be collected, by kind: found by a reader that has nothing
 * in common with the importer.
 */
export async function forbiddenValues(xml: Readable, parties: ReadonlySet<string>) {
  const found = new Map<string, Set<string>>()
  const countries = new Map<string, string>()
  const locations = new Map<string, string[]>()
  const documents = new Map<string, string[]>()
  const stack: { name: string; attributes: Record<string, string>; text: string }[] = []
  const above = (name: string) => stack.findLast((each) => each.name === name)?.attributes
  const add = (kind: string, value: string) => {
    if (value.trim().length < 4) return
    if (!found.has(kind)) found.set(kind, new Set())
    found.get(kind)?.add(value.trim())
  }
  let date: string[] = []
  const parser = new SaxesParser()
  parser.on('opentag', ({ name, attributes }) => {
    stack.push({ name, attributes, text: '' })
    if (name === 'From') date = []
    const kind = kinds[above('Feature')?.FeatureTypeID ?? '']
    if (name === 'Location') locations.set(attributes.ID ?? '', [])
    if (name === 'LocationCountry')
      locations.get(above('Location')?.ID ?? '')?.push(countries.get(attributes.CountryID ?? '') ?? '')
    if (!parties.has(above('DistinctParty')?.FixedRef ?? '')) return
    if (name === 'VersionLocation' && kind !== undefined) {
      for (const value of locations.get(attributes.LocationID ?? '') ?? []) add(kind, value)
    }
    if (name === 'Identity')
      for (const number of documents.get(attributes.ID ?? '') ?? []) add('document', number)
  })
  parser.on('text', (text) => {
    const top = stack.at(-1)
    if (top !== undefined) top.text += text
  })
  parser.on('closetag', () => {
    const { name, attributes, text } = stack.pop() ?? { name: '', attributes: {}, text: '' }
    const kind = kinds[above('Feature')?.FeatureTypeID ?? '']
    if (name === 'Country') countries.set(attributes.ID ?? '', text)
    if (name === 'Value') locations.get(above('Location')?.ID ?? '')?.push(text)
    if (name === 'IDRegistrationNo') {
      const identity = above('IDRegDocument')?.IdentityID ?? ''
      documents.set(identity, [...(documents.get(identity) ?? []), text])
    }
    if (name === 'Year' || name === 'Month' || name === 'Day') date.push(text.padStart(2, '0'))
    if (kind === undefined || !parties.has(above('DistinctParty')?.FixedRef ?? '')) return
    if (name === 'From') add(kind, date.join('-'))
    if (name === 'VersionDetail') for (const value of [text, ...text.split(',')]) add(kind, value)
  })
  const decoder = new TextDecoder()
  for await (const chunk of xml as AsyncIterable<Buffer>)
    parser.write(decoder.decode(chunk, { stream: true }))
  parser.close()
  return found
}
