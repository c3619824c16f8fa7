import { ChainscreenError } from '../diagnostics/errors.ts'
import type { SnapshotRow } from '../ledger/lists/list-snapshots.ts'

/**
 * The snapshot whose SHA-256 begins with these digits; of several readings of the same bytes the newest.
 *
 * @param snapshots newest first.
 * @throws `usage` where there is none, or several.
 */
export function snapshotNamed(snapshots: readonly SnapshotRow[], prefix: string): SnapshotRow {
  const found = snapshots.filter(({ sha256 }) => sha256.startsWith(prefix.toLowerCase()))
  const [only] = found
  if (only !== undefined && found.every(({ sha256 }) => sha256 === only.sha256)) return only
  throw new ChainscreenError(
    'usage',
    `"${prefix}" names ${found.length === 0 ? 'no' : 'more than one'} snapshot; \`lists show ID\` has their names.`,
  )
}
