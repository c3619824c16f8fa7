import type { Readable } from 'node:stream'
import { ChainscreenError } from '../../../diagnostics/errors.ts'
import type { ParsedList } from '../../types.ts'
import { Collector } from '../collector.ts'
import { countUnreadable, DateReader, dayFirst } from '../dates.ts'
import { walkXml, type XmlElement } from '../walk-xml.ts'
import { aboutDesignation, isPrimary, joinName } from './designation.ts'

const fields = ['LastUpdated', 'DateDesignated', 'UniqueID', 'OFSIGroupID', 'RegimeName'] as const
const freeTexts = ['OtherInformation', 'UKStatementofReasons'] as const
const nameParts = ['Name1', 'Name2', 'Name3', 'Name4', 'Name5', 'Name6', 'NameType'] as const
type Texts<Names extends readonly string[]> = Partial<Record<Names[number], string>>

/** Reads the list's XML. @throws ChainscreenError `bad-file`. */
export async function readUkXml(input: Readable, recognised: () => void): Promise<ParsedList> {
  const collector = new Collector()
  let generated: string | null = null
  let designations = 0
  let withAddresses = 0
  let unreadableDates = 0
  let field: Texts<typeof fields> = {}
  let free: Texts<typeof freeTexts> = {}
  let nameOf: Texts<typeof nameParts> = {}
  let name: string | null = null

  const keep = () => {
    const dates = new DateReader()
    const about = aboutDesignation({
      uniqueId: field.UniqueID?.trim() ?? '',
      groupId: field.OFSIGroupID?.trim() ?? '',
      regime: field.RegimeName?.trim() ?? '',
      name,
      designatedOn: dates.read(field.DateDesignated, dayFirst),
      updatedOn: dates.read(field.LastUpdated, dayFirst),
    })
    const found = freeTexts.map((place) =>
      collector.text(free[place] ?? '', about, `${place} of ${about.subjectIds[0] ?? ''}`),
    )
    if (!found.includes(true)) return
    withAddresses++
    unreadableDates += dates.unreadable
  }

  const element: XmlElement = {
    children: {
      DateGenerated: {
        text: (text) => {
          generated = text
        },
      },
      Designation: {
        open: () => {
          designations++
          field = {}
          free = {}
          name = null
        },
        close: keep,
        children: {
          ...texts(fields, (key, text) => {
            field[key] = text
          }),
          ...prose(freeTexts, (key, text) => {
            free[key] = `${free[key] ?? ''}\n${text}`
          }),
          Names: {
            children: {
              Name: {
                open: () => {
                  nameOf = {}
                },
                close: () => {
                  const { NameType = '', ...parts } = nameOf
                  if (name === null && isPrimary(NameType))
                    name = joinName(nameParts.map((part) => (part === 'NameType' ? '' : (parts[part] ?? ''))))
                },
                children: texts(nameParts, (key, text) => {
                  nameOf[key] = text
                }),
              },
            },
          },
        },
      },
    },
  }
  const what = 'the UK Sanctions List'
  await walkXml(input, { root: 'Designations', namespaces: [null], what, element, recognised })
  const issuedOn = dayFirst(generated ?? '')
  if (issuedOn === null) throw bad('<DateGenerated> holds no date as DD/MM/YYYY.')
  if (designations === 0) throw bad('The file has no <Designation>: a list without a single party.')
  return collector.list(issuedOn, {
    ...{ parties: designations, partiesWithAddresses: withAddresses, addresses: collector.count() },
    ...countUnreadable(unreadableDates),
  })
}

function texts<Name extends string>(
  names: readonly Name[],
  set: (name: Name, text: string) => void,
): Record<string, XmlElement> {
  return Object.fromEntries(names.map((name) => [name, { text: (text: string) => set(name, text) }]))
}

function prose<Name extends string>(
  names: readonly Name[],
  add: (name: Name, text: string) => void,
): Record<string, XmlElement> {
  return Object.fromEntries(
    names.map((name) => [name, { prose: true, text: (text: string) => add(name, text) }]),
  )
}

function bad(message: string): ChainscreenError {
  return new ChainscreenError('bad-file', message)
}
