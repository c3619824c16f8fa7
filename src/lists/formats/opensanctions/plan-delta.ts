import { z } from 'zod'
import { ChainscreenError } from '../../../diagnostics/errors.ts'

/** What to fetch to come from one version of a dataset to the newest. */
export type DeltaPlan =
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
