import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig, parseConfig } from '../../src/config/load.ts'
import { tempDir } from '../temp.ts'

describe('a config file that is none', () => {
  it.each(['lists: &a [*a]\n', 'chains: &a\n  - { id: x, more: { again: *a } }\n'])(
    'has an alias inside what it repeats: %j',
    (text) => {
      expect(() => parseConfig(text, 'chainscreen.yaml')).toThrow(
        expect.objectContaining({
          code: 'config',
          message: expect.stringContaining('an alias (*) is inside'),
        }),
      )
    },
  )

  it('is far larger than any config', () => {
    const file = join(tempDir(), 'chainscreen.yaml')
    writeFileSync(file, 'lists: []\n'.padEnd(1024 * 1024 + 1, '#'))
    expect(() => loadConfig(file)).toThrow(
      expect.objectContaining({
        code: 'config',
        message: expect.stringMatching(/has 1048577 bytes, expected 1048576 at most/),
      }),
    )
  })
})
