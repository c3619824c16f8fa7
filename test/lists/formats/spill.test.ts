import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Spill } from '../../../src/lists/formats/spill.ts'
import { tempDir } from '../../temp.ts'
import { refusal } from '../refusal.ts'

const child = fileURLToPath(new URL('spill-child.mjs', import.meta.url))

async function all(spill: Spill) {
  const records = []
  for await (const record of spill.all()) records.push(record)
  return records
}

describe('a spill', () => {
  afterEach(() => vi.unstubAllEnvs())

  it.each([
    ['in memory', 1e9],
    ['in a file', 50],
  ])('gives back what was put by, in order, %s, and leaves nothing behind', async (_, limit) => {
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
    await spill.remove()
    expect(readdirSync(folder)).toEqual([])
  })

  it('leaves nothing behind when it is killed', () => {
    const folder = tempDir()
    const { signal } = spawnSync(process.execPath, [child, '100', 'kill'], {
      env: { ...process.env, TMPDIR: folder },
    })
    expect(signal).toBe('SIGKILL')
    expect(readdirSync(folder)).toEqual([])
  })

  it('says what to do where the folder is full, and harms nothing else of the process', () => {
    const folder = tempDir()
    const limited = 'ulimit -f 64; exec "$0" "$@"'
    const { stdout, status } = spawnSync('sh', ['-c', limited, process.execPath, child, '2000', 'stay'], {
      env: { ...process.env, TMPDIR: folder },
      encoding: 'utf8',
    })
    expect(stdout).toMatch(
      /^failure: .* temporary folder .*, which can't be written to \(EFBIG.*\): make room there, or name another folder in TMPDIR\.\nalive\n$/,
    )
    expect(status).toBe(0)
    expect(readdirSync(folder)).toEqual([])
  })

  it('says so where there is no such folder', async () => {
    vi.stubEnv('TMPDIR', join(tempDir(), 'none'))
    const error = await refusal(new Spill(1).add(['name', 'id', null]))
    expect(error).toMatchObject({ code: 'failure', message: expect.stringMatching(/ENOENT.*TMPDIR/) })
  })
})
