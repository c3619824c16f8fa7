import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  // The examples in docs/ import chainscreen by its name, as a user's tests do.
  resolve: { alias: { 'chainscreen/testing': fileURLToPath(new URL('./src/testing.ts', import.meta.url)) } },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
