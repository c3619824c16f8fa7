import { basename } from 'node:path/posix'
import { ChainscreenError } from '../../../diagnostics/errors.ts'
import type { Publication } from '../../publication.ts'
import { applyDelta } from './apply-delta.ts'
import { checkedAgainstIndex, readDatasetIndex } from './index-file.ts'
import { planDelta } from './plan-delta.ts'

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
