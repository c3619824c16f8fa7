import type { Config } from '../../src/config/schema.ts'

/** The same with everything in one thread, which starts sooner. */
export function single(config: Config): Config {
  return { ...config, threads: { readers: 0 } }
}
