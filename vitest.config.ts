import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  // The examples in docs/ import chainscreen by its name, as a user's tests do.
  resolve: { alias: { 'chainscreen/testing': fileURLToPath(new URL('./src/testing.ts', import.meta.url)) } },
  test: {
    include: ['test/**/*.test.ts'],
    // `npm run test:long` runs them.
    exclude: ['test/**/*.long.test.ts'],
    // For what hangs. The longest simulation takes ten seconds, and a minute on a machine that is busy elsewhere.
    testTimeout: 180_000,
    hookTimeout: 60_000,
    // A condition that a test waits for; one second is too little where the machine is busy elsewhere.
    expect: { poll: { timeout: 30_000 } },
    pool: 'forks',
    // Reading the modules anew for each of the files would take a quarter as long as the tests themselves.
    isolate: false,
    // So what one sets, the next must not find.
    unstubEnvs: true,
    maxWorkers: 2,
  },
})
