import type { Readable } from 'node:stream'
import { type Document, LineCounter, parseDocument } from 'yaml'
import { ChainscreenError } from '../../../diagnostics/errors.ts'
import { readLines } from '../read-text.ts'

/** A piece of a TagPack that is YAML by itself. */
export interface YamlPart {
  /** `header`: a map of fields. `items`: some of the tags, as a list. */
  kind: 'header' | 'items'
  firstLine: number
  text: string
  /** The file ends with this part, and not with a line end: its last line may be cut. */
  endsOpen?: true
}

/**
 * A header is a page of text, and a tag a few lines; also bounds a list of tags in a style that can't be split. The YAML
 * library takes seconds for hostile ones of some hundred kilobytes, all at once.
 */
const maxPartChars = 1 << 16
/** A few hundred tags: some milliseconds of work at a time. */
const batchChars = 1 << 15

/**
 * Cuts a TagPack where its list of tags allows it, so that a file of any size is read in bounded memory: the YAML
 * library reads only whole texts, at some forty times their size. A tag begins at a dash in the column of the first
 * one; whatever belongs to it stands further right. A list in another style (`tags: [{…}]`) stays in the header.
 *
 * @throws ChainscreenError `bad-file` where a part is too large.
 */
export async function* splitYaml(input: Readable): AsyncGenerator<YamlPart> {
  let part: YamlPart = { kind: 'header', firstLine: 1, text: '' }
  /** The beginning of a tag's line, once the list has begun; `null` before its first line. */
  let dash: RegExp | null | undefined
  let began = 1
  let lines = 0
  let hasText = false
  let endsOpen = false
  /** The line of the mark (`...` or `---`) that ended the document. */
  let endedAt: number | null = null
  for await (const { number, text, ended } of readLines(input, { blank: true })) {
    lines = number
    endsOpen = !ended
    const blank = isBlank(text)
    // Whatever stands behind the end of the document would be another one, which nobody would read.
    const mark = hasText ? /^(?:---|\.\.\.)(?:\s+(.*)|$)/.exec(text) : null
    if (mark !== null) endedAt ??= number
    if (endedAt !== null) {
      if (!isBlank(mark === null ? text : (mark[1] ?? '')))
        throw bad(
          `Line ${number} goes on behind the end of the document at line ${endedAt}: a TagPack is a single one.`,
        )
      continue
    }
    hasText ||= !blank && !/^(?:---\s*(?:#.*)?$|%)/.test(text)
    let next: YamlPart['kind'] | null = null
    if (dash === null && !blank) {
      const indent = /^( *)-(?:\s|$)/.exec(text)?.[1]
      dash = indent === undefined ? undefined : new RegExp(`^ {${indent.length}}-(?:\\s|$)`)
      if (dash !== undefined) next = 'items'
    } else if (dash !== undefined && dash !== null && !blank) {
      if (dash.test(text)) {
        began = number
        if (part.text.length >= batchChars) next = 'items'
      } else if (/^\S/.test(text)) {
        next = 'header'
        dash = undefined
      }
    }
    if (next !== null) {
      yield part
      part = { kind: next, firstLine: number, text: '' }
    }
    part.text += `${text}\n`
    if (part.text.length > (part.kind === 'header' ? maxPartChars : batchChars + maxPartChars))
      throw bad(
        `The ${part.kind === 'header' ? 'header' : `tag at line ${began}`} is longer than 64 kB. Write one tag below the other, each with a dash.`,
      )
    if (part.kind === 'header' && dash === undefined && /^tags:\s*(?:#.*)?$/.test(text)) dash = null
  }
  if (lines === 0) throw bad('The file is empty.')
  yield endsOpen ? { ...part, endsOpen } : part
}

/** Nothing, or a comment. */
const isBlank = (text: string) => /^\s*(?:#.*)?$/.test(text)

function bad(message: string): ChainscreenError {
  return new ChainscreenError('bad-file', message)
}

/** A part of a YAML file, and where its nodes stand in the file. */
export interface YamlDocument {
  document: Document.Parsed
  /** The line of a node, counted from 1. */
  lineOf(node: unknown): number
}

/**
 * Makes YAML of a text. Every scalar stays the text that it is: an unquoted `0x00…` is no number, and a date no time.
 * Aliases are not followed.
 *
 * @throws ChainscreenError `bad-file` naming the line where it is no YAML.
 */
export function composeYaml({ text, firstLine }: YamlPart): YamlDocument {
  const lineCounter = new LineCounter()
  const lineAt = (position: number) => firstLine - 1 + lineCounter.linePos(position).line
  let document: Document.Parsed
  try {
    document = parseDocument(text, {
      lineCounter,
      schema: 'failsafe',
      prettyErrors: false,
      // Compares each key with all before it; the reader of the fields looks for its own.
      uniqueKeys: false,
      logLevel: 'silent',
    })
  } catch {
    // The library goes down a level of the stack for each level of the text.
    throw bad(`The file is no YAML that can be read, after line ${firstLine}: it is nested too deep.`)
  }
  const [error] = document.errors
  if (error !== undefined) {
    // By its code (https://eemeli.org/yaml/#errors): its message repeats what stands there.
    const reason = error.code.toLowerCase().replaceAll('_', ' ')
    throw bad(`The file is no YAML at line ${lineAt(error.pos[0])} (${reason}).`)
  }
  const lineOf = (node: unknown) => lineAt((node as { range?: readonly number[] } | null)?.range?.[0] ?? 0)
  return { document, lineOf }
}
