import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { formats } from '../../../src/lists/formats/index.ts'

const script = fileURLToPath(new URL('../../../scripts/fuzz-formats.mjs', import.meta.url))

describe('damaged files', () => {
  it('crash, hang or deceive no parser (300 a format; the long run is scripts/fuzz-formats.mjs)', async () => {
    // It ends with another code, and this throws, where one does.
    const { stdout } = await promisify(execFile)(process.execPath, [
      script,
      '--inputs',
      '300',
      '--seed',
      'ci',
    ])
    const rows = stdout.split('\n').filter((line) => /^\| .* \| 300 \|/.test(line))
    const fuzzed = new Set(rows.map((row) => row.split(/[ |]+/)[1]))
    expect([...fuzzed].sort()).toEqual(Object.keys(formats).sort())
    for (const row of rows) {
      const [refused = 0, same = 0, fewer = 0, other = 0, wrong, crash] = row
        .split('|')
        .slice(3, 9)
        .map(Number)
      expect([row, refused + same + fewer + other, wrong, crash]).toEqual([row, 300, 0, 0])
      // Some damage is no damage, and most is seen.
      expect(same).toBeGreaterThan(0)
      expect(refused).toBeGreaterThan(150)
    }
  }, 180_000)
})
