import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { ChainscreenError } from '../diagnostics/errors.ts'
import { whyUnreadable } from '../diagnostics/unreadable-file.ts'
import { ConfigDocument } from './document.ts'
import { substituteEnvironment } from './environment.ts'
import { configError, fromSchema } from './mistakes.ts'
import { findNotBuilt } from './not-built.ts'
import { type Config, configSchema } from './schema.ts'
import { findPrivateKeys, readSecretFiles, resolvePaths } from './secrets.ts'

/** A config of a hundred chains with their tokens has a tenth of it. */
const maxConfigBytes = 1024 * 1024

/**
 * Reads a config file.
 *
 * @param overrides.db path of the database from the command line, relative to the working directory
 * @throws ChainscreenError `config`, or `not-built` when nothing else is wrong; `details` has a line per mistake
 */
export function loadConfig(
  file: string,
  overrides: { db?: string } = {},
  env: NodeJS.ProcessEnv = process.env,
): Config {
  const config = parseConfig(readConfigFile(file), file, env)
  return overrides.db === undefined ? config : { ...config, database: resolve(overrides.db) }
}

/**
 * Reads the text of a config file; relative paths are relative to the folder of `file`.
 *
 * @throws ChainscreenError as {@link loadConfig}
 */
export function parseConfig(text: string, file: string, env: NodeJS.ProcessEnv = process.env): Config {
  const folder = dirname(resolve(file))
  const document = new ConfigDocument(text, file)
  const unset = substituteEnvironment(document, env)
  // An empty file asks for nothing but defaults, except that a config that was cut off looks the same.
  const value = document.value()
  if (value === null || value === undefined) {
    throw new ChainscreenError('config', `The config ${file} is empty: write one with \`chainscreen init\`.`)
  }
  const keys = findPrivateKeys(document)
  const mistakes = [...keys, ...findNotBuilt(value), ...unset, ...readSecretFiles(value, folder)]
  const parsed = configSchema.safeParse(value)
  if (!parsed.success) mistakes.push(...fromSchema(parsed.error.issues, document))
  if (!parsed.success || mistakes.length > 0) throw configError(mistakes, document)
  return resolvePaths(parsed.data, folder)
}

function readConfigFile(file: string): string {
  try {
    const { size } = statSync(file)
    if (size > maxConfigBytes) {
      throw new ChainscreenError(
        'config',
        `The config file ${file} has ${size} bytes, expected ${maxConfigBytes} at most: is it a list, or another file?`,
      )
    }
    return readFileSync(file, 'utf8')
  } catch (cause) {
    if (cause instanceof ChainscreenError) throw cause
    const code = (cause as NodeJS.ErrnoException).code
    throw new ChainscreenError(
      'config',
      code === 'ENOENT'
        ? `There is no config file ${file}: write one with \`chainscreen init\`, or name yours with --config.`
        : `The config file ${file} can't be read: ${whyUnreadable(cause)}.`,
      { cause },
    )
  }
}
