import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { bundledFile } from './lists.ts'
import type { Config } from './schema.ts'

/** The config with every path made absolute: relative ones from the folder of the config file, `~/…` from the user's home. */
export function resolvePaths(config: Config, folder: string): Config {
  return {
    ...config,
    database: absolute(folder, config.database),
    lists: config.lists.map((list) =>
      'file' in list && list.file !== bundledFile ? { ...list, file: absolute(folder, list.file) } : list,
    ),
    chains: config.chains.map((chain) =>
      chain.type === 'bitcoin' && chain.auth && 'cookieFile' in chain.auth
        ? { ...chain, auth: { cookieFile: absolute(folder, chain.auth.cookieFile) } }
        : chain,
    ),
  }
}

/** @param path as written in the config */
export function absolute(folder: string, path: string): string {
  return path.startsWith('~/') ? resolve(homedir(), path.slice(2)) : resolve(folder, path)
}
