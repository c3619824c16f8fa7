import { readdirSync, readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'
import everyday from './vitest.config.ts'

/** Tests that run every day too, with fewer random cases or places to crash at: they ask test/long.ts how many. */
const withMoreCases = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => `test/${name}`)
  .filter((path) => readFileSync(path, 'utf8').includes("/long.ts'"))

/** What takes long by nature: kill -9 at many places, big files, and more seeds and random cases of what runs every day. */
export default defineConfig({
  ...everyday,
  test: {
    ...everyday.test,
    include: [
      'test/**/*.long.test.ts',
      'test/**/*.property.test.ts',
      'test/simulation/*.test.ts',
      ...withMoreCases,
    ],
    exclude: [],
    env: { CHAINSCREEN_TESTS: 'long' },
  },
})
