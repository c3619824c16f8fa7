import type { Readable } from 'node:stream'

/** How a publisher announces the versions of a list beside its file, and leads from one to the next. */
export interface Publication {
  /** Where the announcement of the list file at this address stands. */
  announcementUrl(file: URL): URL
  /** @throws ChainscreenError `bad-file` where the text is no announcement, or not one of this file. */
  readAnnouncement(text: string, file: URL): Announcement
  /**
   * The addresses of the deltas that lead from one version to another, in order; or why none do.
   *
   * @param text what stands at {@link Announcement.deltasUrl}.
   * @throws ChainscreenError `bad-file` where it is no index of deltas.
   */
  planDeltas(text: string, from: string, to: string): { urls: readonly string[] } | { why: string }
  /** The next version's whole file, as text. @throws ChainscreenError `bad-file` where the delta does not fit. */
  applyDelta(state: Readable, delta: Readable): AsyncIterable<string>
}

/** What a publisher says of the newest version of a list file. */
export interface Announcement {
  version: string | null
  /** Of the whole file, in whatever form the publisher uses: two that are equal are of the same file. */
  checksum: string | null
  /** Where the index of deltas stands. */
  deltasUrl: string | null
  /**
   * The same bytes, checked while they are read: the stream fails where they are not the announced file. `null` where
   * nothing is said that they could be checked against.
   */
  check: ((input: Readable) => Readable) | null
}
