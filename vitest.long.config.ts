import { defineConfig } from 'vitest/config'
import everyday from './vitest.config.ts'

/** What takes long by nature: kill -9 at many places, big files, and more seeds and random cases of what runs every day. */
export default defineConfig({
  ...everyday,
  test: {
    ...everyday.test,
    include: ['test/**/*.long.test.ts', 'test/**/*.property.test.ts', 'test/simulation/*.test.ts'],
    exclude: [],
    env: { CHAINSCREEN_TESTS: 'long' },
  },
})
