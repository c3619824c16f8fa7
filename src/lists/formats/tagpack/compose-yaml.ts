import { type Document, LineCounter, parseDocument } from 'yaml'
import { ChainscreenError } from '../../../diagnostics/errors.ts'
import type { YamlPart } from './split-yaml.ts'

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

function bad(message: string): ChainscreenError {
  return new ChainscreenError('bad-file', message)
}
