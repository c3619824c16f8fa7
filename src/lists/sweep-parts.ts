import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Longer than any import takes. */
const oldMs = 86_400_000

/** Removes half-written files that a crash left in the archived folder. Those of a day ago or later may be in use. @param now ISO-8601. */
export async function sweepParts(folder: string, now: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names.filter((each) => each.startsWith('.') && each.endsWith('.part'))) {
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (found !== undefined && Date.parse(now) - found.mtimeMs > oldMs) await rm(path, { force: true })
  }
}
