import { createHash } from 'node:crypto'
import { basename } from 'node:path/posix'
import { Readable } from 'node:stream'
import { z } from 'zod'
import { ChainscreenError } from '../../../diagnostics/errors.ts'
import type { Publication } from '../../publication.ts'
import { applyDelta, planDelta } from './deltas.ts'

/** More deltas than a week of them: the whole file is read sooner. */
const maxDeltas = 30

/**
 * `index.json` beside a dataset's files names its version, and size and SHA-1 of each file. Deltas leave out what is
 * no statement on an entity (`last_seen` and the like), so that a file made with them may differ from the announced one:
 * then it is loaded whole.
 */
export const publication: Publication = {
  announcementUrl(file) {
    const url = new URL('index.json', file)
    url.search = file.search
    return url
  },
  readAnnouncement(text, file) {
    const { version, deltaUrl, files } = readDatasetIndex(text)
    const name = basename(file.pathname)
    const found = files.find((each) => each.name === name)
    // The name is of the url, and may be a key.
    if (found === undefined)
      throw new ChainscreenError('bad-file', 'index.json does not name the file at `url`.')
    const verifiable = found.sha1 !== null || found.size !== null
    return {
      ...{ version, checksum: found.sha1, deltasUrl: deltaUrl },
      check: verifiable ? (input) => checkedAgainstIndex(input, found) : null,
    }
  },
  planDeltas(text, from, to) {
    const plan = planDelta(text, from)
    if (plan.kind === 'full') return plan
    const steps = plan.kind === 'current' ? [] : plan.steps
    const newest = steps.at(-1)?.version ?? from
    if (newest !== to) return { why: `they lead to version ${newest}, and ${to} is announced` }
    if (steps.length > maxDeltas) return { why: `there are ${steps.length} of them` }
    return { urls: steps.map(({ url }) => url) }
  },
  applyDelta,
}

/** What `index.json` says of one file of a dataset. */
interface IndexedFile {
  name: string
  url: string | null
  /** SHA-1 in lower-case hex: OpenSanctions publishes no other. */
  sha1: string | null
  size: number | null
}

/** A dataset's `index.json`, as far as it is used. */
interface DatasetIndex {
  /** Such as `20240528134729-3iv`: sorts by time. */
  version: string | null
  lastExport: string | null
  entityCount: number | null
  /** Where the index of the deltas stands. */
  deltaUrl: string | null
  files: readonly IndexedFile[]
}

const schema = z.object({
  version: z
    .string()
    .max(60)
    .regex(/^[\w.:-]+$/)
    .nullish(),
  last_export: z.string().nullish(),
  entity_count: z.number().int().nonnegative().nullish(),
  delta_url: z.string().nullish(),
  resources: z.array(
    z.object({
      name: z.string(),
      url: z.string().nullish(),
      checksum: z
        .string()
        .regex(/^[0-9a-f]{40}$/i)
        .nullish(),
      size: z.number().int().nonnegative().nullish(),
    }),
  ),
})

/** Reads an `index.json`. @throws ChainscreenError `bad-file` where it is none. */
export function readDatasetIndex(text: string): DatasetIndex {
  const read = schema.safeParse(parseJson(text))
  if (!read.success) {
    const [issue] = read.error.issues
    const where = issue?.path.join('.') || 'the file'
    throw bad(`This is no index.json of OpenSanctions: ${where}: ${issue?.message}.`)
  }
  const { version, last_export, entity_count, delta_url, resources } = read.data
  return {
    version: version ?? null,
    lastExport: last_export ?? null,
    entityCount: entity_count ?? null,
    deltaUrl: delta_url ?? null,
    files: resources.map(({ name, url, checksum, size }) => ({
      name,
      url: url ?? null,
      sha1: checksum?.toLowerCase() ?? null,
      size: size ?? null,
    })),
  }
}

/**
 * The same bytes, checked against what the index says of the file.
 *
 * @throws ChainscreenError `bad-file` on the stream, at its end, where size or checksum do not agree; and at once
 * where the index gives neither.
 */
export function checkedAgainstIndex(input: Readable, file: IndexedFile): Readable {
  if (file.sha1 === null && file.size === null)
    throw bad(
      `index.json gives neither size nor checksum of ${file.name}: nothing can be checked against it.`,
    )
  return Readable.from(checked(input, file), { objectMode: false })
}

async function* checked(input: Readable, { name, sha1, size }: IndexedFile): AsyncGenerator<Buffer> {
  const hash = createHash('sha1')
  let bytes = 0
  for await (const chunk of input as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (size !== null && bytes > size) throw differs(name, `more than ${size} bytes`, `${size} bytes`)
    hash.update(chunk)
    yield chunk
  }
  if (size !== null && bytes !== size) throw differs(name, `${bytes} bytes`, `${size} bytes`)
  const found = hash.digest('hex')
  if (sha1 !== null && found !== sha1) throw differs(name, `SHA-1 ${found}`, sha1)
}

function differs(name: string, found: string, expected: string): ChainscreenError {
  return bad(
    `${name} is not the file that index.json names: found ${found}, expected ${expected}; get both again.`,
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw bad('This is no index.json of OpenSanctions: it is no JSON, cut or damaged.', cause)
  }
}

function bad(message: string, cause?: unknown): ChainscreenError {
  return new ChainscreenError('bad-file', message, cause === undefined ? {} : { cause })
}
