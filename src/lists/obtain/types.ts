import type { FetchFailure } from '../fetch/fetch-failure.ts'
import type { DownloadPolicy, FetchRequest, Validators } from '../fetch/types.ts'

/** One look at a list's source. */
export interface Look {
  /** For the list's file; everything else is asked within the same bounds. */
  request: Omit<FetchRequest, 'known'>
  options: { policy?: DownloadPolicy; onTrouble?: (error: FetchFailure, pauseMs: number) => void }
  /** Tells the log, in the words after `list X: `. */
  tell: (text: string) => void
}

/** What is kept of a version of a list, and what its source said of it. */
export interface Kept {
  sha256: string
  /** Its sealed file. */
  path: string
  /** For a conditional request for the file. */
  file: Validators | null
  /** How it was announced, where it was. */
  announced: Announced | null
}

/** An announcement, as it is remembered. */
export interface Announced {
  /** For a conditional request for the announcement. */
  index: Validators
  version: string | null
  checksum: string | null
}
