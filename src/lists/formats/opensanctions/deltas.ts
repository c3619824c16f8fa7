import type { Readable } from 'node:stream'
import { z } from 'zod'
import { ChainscreenError } from '../../../diagnostics/errors.ts'
import type { PickTree } from '../../../json/pick-json.ts'
import { type Line, readLines } from '../read-text.ts'
import { pick } from './entity.ts'

/** What to fetch to come from one version of a dataset to the newest. */
type DeltaPlan =
  | { kind: 'current' }
  /** These deltas, one after the other. */
  | { kind: 'deltas'; steps: readonly { version: string; url: string }[] }
  /** No chain of deltas leads from there: load the whole file. */
  | { kind: 'full'; why: string }

const schema = z.object({ versions: z.record(z.string().regex(/^\d{14}-[a-z0-9]+$/), z.url()) })

/**
 * Reads the index of a dataset's deltas and says what to fetch. Each delta leads from the version before it to its
 * own, and old ones are taken off: a version that is not in the index may be older than the oldest delta can be
 * applied to, so it is loaded in full.
 *
 * @param text the index: `{"versions": {"20240528134729-3iv": "https://…/entities.delta.json", …}}`.
 * @param active the version that is loaded; `null` for none.
 * @throws ChainscreenError `bad-file` where it is no such index.
 */
export function planDelta(text: string, active: string | null): DeltaPlan {
  const versions = readVersions(text)
  if (active === null) return { kind: 'full', why: 'no version is loaded yet' }
  const newest = versions.at(-1)
  if (newest === undefined) return { kind: 'full', why: 'the index names no delta' }
  const at = versions.findIndex(({ version }) => version === active)
  if (at >= 0) {
    const steps = versions.slice(at + 1)
    return steps.length === 0 ? { kind: 'current' } : { kind: 'deltas', steps }
  }
  const oldest = versions[0]?.version ?? ''
  const why =
    active < oldest
      ? `version ${active} is older than the oldest delta (${oldest})`
      : `version ${active} is none of those that the deltas lead through`
  return { kind: 'full', why }
}

function readVersions(text: string): { version: string; url: string }[] {
  try {
    const { versions } = schema.parse(JSON.parse(text))
    return Object.entries(versions)
      .map(([version, url]) => ({ version, url }))
      .sort((a, b) => (a.version < b.version ? -1 : 1))
  } catch (cause) {
    throw new ChainscreenError('bad-file', 'This is no index of deltas of OpenSanctions.', { cause })
  }
}

/** A larger delta is no shortcut any more. */
const maxDeltaChars = 256 * 1024 * 1024

const deltaTree = { op: 'text', entity: 'raw' } as const satisfies PickTree
const idTree = { id: 'text' } as const satisfies PickTree

type NumberedText = Pick<Line, 'number' | 'text'>

interface Change {
  op: 'ADD' | 'MOD' | 'DEL'
  /** The entity's line; empty for `DEL`. */
  line: string
}

/**
 * A dataset's next version: its lines with those of a delta in their place. Holds the delta in memory, not the
 * dataset. What comes out is a whole file, to be kept, parsed and judged as one that was fetched.
 *
 * @param state the `entities.ftm.json` of the version that the delta starts from.
 * @param delta lines `{"op":"ADD|MOD|DEL","entity":{…}}`; of `DEL` only the id.
 * @throws ChainscreenError `bad-file` where the delta is none, or does not fit this state (adds what is there,
 * changes or deletes what is not): it is of another version, and the whole file has to be loaded.
 */
export async function* applyDelta(state: Readable, delta: Readable): AsyncGenerator<string> {
  const changes = await readChanges(delta)
  const additions = [...changes].filter(([, { op }]) => op === 'ADD').sort(([a], [b]) => (a < b ? -1 : 1))
  const done = new Set<string>()
  let last = ''
  let added = 0
  for await (const line of readLines(state)) {
    const id = idOf(line)
    // In their place while the file is in the order of ids: only so can it become the very file that was published.
    for (; last < id && (additions[added]?.[0] ?? id) < id; added++) yield `${additions[added]?.[1].line}\n`
    last = last < id ? id : '\uffff'
    const change = changes.get(id)
    if (change === undefined) {
      yield `${line.text}\n`
      continue
    }
    if (change.op === 'ADD') throw doesNotFit('adds an entity that is there already')
    if (done.has(id)) throw bad(`Line ${line.number} has the id of a line before: the file is damaged.`)
    done.add(id)
    if (change.op === 'MOD') yield `${change.line}\n`
  }
  for (const [, { line }] of additions.slice(added)) yield `${line}\n`
  for (const [id, { op }] of changes) {
    if (op !== 'ADD' && !done.has(id))
      throw doesNotFit(`${op === 'MOD' ? 'changes' : 'deletes'} an entity that is not there`)
  }
}

async function readChanges(delta: Readable): Promise<Map<string, Change>> {
  const changes = new Map<string, Change>()
  let chars = 0
  for await (const line of readLines(delta)) {
    const picked = pick(line, deltaTree)
    const op = picked.get('op')?.[0]
    const entity = picked.get('entity')?.[0]
    if ((op !== 'ADD' && op !== 'MOD' && op !== 'DEL') || entity === undefined)
      throw bad(
        `Line ${line.number} is no change of OpenSanctions: expected "op" ADD, MOD or DEL, and "entity".`,
      )
    const id = idOf({ number: line.number, text: entity })
    if (changes.has(id))
      throw bad(`Line ${line.number} changes an entity a second time: the delta is damaged.`)
    chars += line.text.length
    if (chars > maxDeltaChars) throw bad('The delta is larger than 256 MB: load the whole file.')
    changes.set(id, { op, line: op === 'DEL' ? '' : entity })
  }
  if (changes.size === 0) throw bad('The delta is empty; expected a line per change.')
  return changes
}

function idOf(line: NumberedText): string {
  const id = pick(line, idTree).get('id')?.[0]
  if (id === undefined || id === '')
    throw bad(`Line ${line.number} is no entity of OpenSanctions: it has no "id".`)
  return id
}

function doesNotFit(what: string): ChainscreenError {
  return bad(`The delta does not fit the version that is loaded (it ${what}): load the whole file.`)
}

function bad(message: string): ChainscreenError {
  return new ChainscreenError('bad-file', message)
}
