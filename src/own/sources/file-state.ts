import { type BigIntStats, statSync } from 'node:fs'

/** Tells when a file has changed, by its times: that works on every file system. */
export interface FileState {
  /** Whether it has changed since this last said so, and was quiet between two looks: a large file is not read while it is copied. */
  hasSettled(): boolean
  /** Whether it is as it was when `hasSettled` last said so, or at the beginning. */
  isUnchanged(): boolean
}

/** Begins with the file as it is now, also where there is none. */
export function watchFileState(path: string): FileState {
  let settled = stateOf(path)
  let seen = settled
  return {
    hasSettled() {
      const now = stateOf(path)
      const isQuiet = now === seen
      seen = now
      if (!isQuiet || now === settled) return false
      settled = now
      return true
    },
    isUnchanged: () => stateOf(path) === settled,
  }
}

/** A file that was put in another's place may have its size and time of change: `cp -p`, a package, an image. */
function stateOf(path: string): string {
  const stats = statOf(path)
  return stats === undefined ? '' : [stats.mtimeNs, stats.ctimeNs, stats.size, stats.ino].join(' ')
}

function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true })
  } catch {
    return undefined
  }
}
