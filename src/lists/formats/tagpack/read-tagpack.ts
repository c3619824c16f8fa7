import type { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isMap, isScalar, isSeq, type YAMLMap, type YAMLSeq } from 'yaml'
import { readListed } from '../../../address/read-listed.ts'
import { ChainscreenError } from '../../../diagnostics/errors.ts'
import { fieldOf, type Inherited, inherited, Scalars, type Tags } from './tags.ts'
import { composeYaml, splitYaml, type YamlDocument, type YamlPart } from './yaml.ts'

const headerFields = ['title', 'creator', ...inherited] as const
const tagFields = ['address', ...inherited] as const

export interface TagPackHeader {
  title: string
  creator: string
  /** What holds for every tag that does not say otherwise. */
  header: Inherited
}

/**
 * Header fields may stand behind the tags, so that no tag is understood before the end.
 *
 * @param tags takes them meanwhile.
 * @throws ChainscreenError `bad-file` where it is no YAML, or no TagPack. Many TagPacks do not end with a line end; one that
 * ends inside its last tag is refused.
 */
export async function readTagPack(
  input: Readable,
  recognised: () => void,
  tags: Tags,
): Promise<TagPackHeader> {
  const scalars = new Scalars(tagFields)
  const header: Partial<Record<(typeof headerFields)[number], string>> = {}
  let lists = 0
  let endsInTag = false
  for await (const part of splitYaml(input)) {
    const { document, lineOf } = composeYaml(part)
    scalars.keepAnchors(document)
    const { contents } = document
    endsInTag = part.endsOpen === true && tagsAreLast(contents, part)
    if (part.kind === 'items') {
      if (!isSeq(contents)) throw bad(`Line ${part.firstLine} is no list of tags.`)
      await readTags(contents, scalars, lineOf, tags)
    } else if (isMap(contents)) {
      for (const [name, value] of readFields(contents, headerFields, scalars, lineOf)) {
        if (header[name] !== undefined) throw bad(`"${name}" is in the header twice.`)
        header[name] = value
      }
      for (const { key, value } of contents.items) {
        if (!isScalar(key) || key.value !== 'tags') continue
        lists++
        if (isSeq(value)) await readTags(value, scalars, lineOf, tags)
        else if (!isScalar(value) || value.value !== '') throw bad(`Line ${lineOf(key)}: tags is no list.`)
      }
    } else if (!isScalar(contents) && contents !== null) throw bad('The file is no TagPack: expected a map.')
    if (header.title !== undefined && header.creator !== undefined && lists > 0) recognised()
    // A large file must not hold up the chains.
    await nextTurn()
  }
  if (endsInTag) await refuseCutTag(tags)
  const { title, creator, ...rest } = header
  if (title === undefined || creator === undefined || lists !== 1)
    throw bad('The file is no TagPack: expected title, creator, and one list of tags.')
  return { title, creator, header: rest }
}

/** Whether the last line of a part belongs to a tag. */
function tagsAreLast(contents: unknown, part: YamlPart): boolean {
  if (part.kind === 'items') return true
  const last = isMap(contents) ? contents.items.at(-1) : undefined
  return last !== undefined && isScalar(last.key) && last.key.value === 'tags'
}

/**
 * Without a line end, a last tag that lacks what all others have is one that was cut. So is one whose address is none, or
 * whose last field is the beginning of what the tag before has there, and no tag has as a whole.
 */
async function refuseCutTag(tags: Tags): Promise<void> {
  const { last, before } = tags
  if (last === undefined) return
  const lacks = before !== undefined && [...tags.inAllBefore].some((name) => fieldOf(last, name) === '')
  const name = inherited.find((each) => each === Object.keys(last.values).at(-1))
  const end = name === undefined ? '' : fieldOf(last, name)
  const half =
    name !== undefined &&
    before !== undefined &&
    fieldOf(before, name).startsWith(end) &&
    !(await tags.hasBefore(name, end))
  if (!lacks && !half && readListed(last.address, fieldOf(last, 'currency')).ok) return
  throw bad(
    `The tag at line ${last.line} is the last, lacks something that the others have or is not whole, and the file does not end with a line end: it is cut short, get it again.`,
  )
}

type LineOf = YamlDocument['lineOf']

async function readTags(list: YAMLSeq<unknown>, scalars: Scalars, lineOf: LineOf, tags: Tags): Promise<void> {
  for (const item of list.items) {
    const line = lineOf(item)
    if (!isMap(item)) throw bad(`Line ${line} is no tag: expected a map with an address.`)
    const { address = '', ...values } = Object.fromEntries(readFields(item, tagFields, scalars, lineOf))
    await tags.add({ address, line, values })
  }
}

function readFields<Name extends string>(
  map: YAMLMap<unknown, unknown>,
  names: readonly Name[],
  scalars: Scalars,
  lineOf: LineOf,
): Map<Name, string> {
  const fields = new Map<Name, string>()
  for (const { key, value } of map.items) {
    const name = names.find((each) => isScalar(key) && key.value === each)
    if (name === undefined) continue
    if (fields.has(name)) throw bad(`Line ${lineOf(key)} has "${name}" a second time.`)
    const text = scalars.textOf(value)
    if (text === undefined)
      throw bad(`Line ${lineOf(key)}: "${name}" is no text, or an alias of something that is none.`)
    if (text !== null) fields.set(name, text)
  }
  const others = scalars.takenOver(map)
  if (others === undefined) throw bad(`Line ${lineOf(map)} takes over ("<<") something that is no map.`)
  for (const name of names) {
    const text = others.get(name)
    if (text !== undefined && !fields.has(name)) fields.set(name, text)
  }
  return fields
}

function bad(message: string): ChainscreenError {
  return new ChainscreenError('bad-file', message)
}
