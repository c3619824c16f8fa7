import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Spill } from '../../../../src/lists/formats/opensanctions/spill.ts'
import { tempDir } from '../../../temp.ts'

async function all(spill: Spill) {
  const records = []
  for await (const record of spill.all()) records.push(record)
  return records
}

describe('a spill', () => {
  afterEach(() => vi.unstubAllEnvs())

  it.each([
    ['in memory', 1e9, 0],
    ['in a file', 50, 1],
  ])('gives back what was put by, in order, %s, and leaves nothing behind', async (_, limit, files) => {
    const folder = tempDir()
    vi.stubEnv('TMPDIR', folder)
    const spill = new Spill(limit)
    const records = Array.from({ length: 100 }, (_, index) => [
      'name',
      `id ${index}`,
      index % 3 === 0 ? null : 'é\n"x"',
    ])
    for (const record of records) await spill.add(record)
    expect(await all(spill)).toEqual(records)
    expect(readdirSync(folder)).toHaveLength(files)
    await spill.remove()
    expect(readdirSync(folder)).toEqual([])
    expect(existsSync(join(folder, 'records'))).toBe(false)
  })
})
