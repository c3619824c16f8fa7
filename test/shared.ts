import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../shared/', import.meta.url))

/** Whether the reference data (complete list files, recorded chains) stands beside the checkout. Tests that need it are skipped, counted and named where it doesn't. */
export const hasShared = existsSync(root)

/** The path of a file of the reference data. */
export function sharedPath(relative: string): string {
  return `${root}${relative}`
}
