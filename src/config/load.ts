import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { mayHoldSecret, notShown } from '../address/secret.ts'
import { ChainscreenError, whyUnreadable } from '../diagnostics/errors.ts'
import { ConfigDocument } from './document.ts'
import { configError, fromSchema, type Mistake } from './mistakes.ts'
import { type Config, configSchema } from './schema.ts'
import { findPrivateKeys, readSecretFiles, resolvePaths } from './secrets.ts'

/** A config of a hundred chains with their tokens has a tenth of it. */
const maxConfigBytes = 1024 * 1024

/**
 * Reads a config file.
 *
 * @param file path of `chainscreen.yaml`.
 * @param overrides.db path of the database, relative to the working directory; in place of `database` of the file.
 * @param env values for `${NAME}` in the file.
 * @throws ChainscreenError `config`. `details` has a line for each mistake.
 * @example
 * const config = loadConfig('chainscreen.yaml')
 * config.database // '/srv/chainscreen/chainscreen.db'
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
  const mistakes = [...keys, ...unset, ...readSecretFiles(value, folder)]
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

/** `$${` stands for a `${` that is meant as it is. */
const reference = /\$\$\{|\$\{([^}]*)(\}?)/g
const inside = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/

/**
 * Puts variables in place of `${NAME}` and `${NAME:-default}` in text values; the default counts when the
 * variable is unset or empty. Mistakes name the variable, never its value.
 */
function substituteEnvironment(document: ConfigDocument, env: NodeJS.ProcessEnv): Mistake[] {
  const mistakes: Mistake[] = []
  document.replaceTexts((text, path) =>
    text.replace(reference, (whole: string, content: string | undefined, end: string | undefined) => {
      if (content === undefined) return '${'
      const [, name, fallback] = (end === '}' && inside.exec(content)) || []
      if (name === undefined) {
        const wrong = `found a \${ that names no variable, expected \${NAME} or \${NAME:-default} ($\${ for a plain \${)`
        mistakes.push({ path, text: `: ${wrong}` })
        return whole
      }
      const value = env[name]
      if (value !== undefined && (value !== '' || fallback === undefined)) return value
      if (fallback !== undefined) return fallback
      // A secret in the place of a name has its spaces and dashes as underscores.
      const shown = mayHoldSecret(name.replaceAll('_', ' ')) ? notShown : name
      mistakes.push({
        path,
        text: `: the environment variable ${shown} is not set: set it, or write \${${shown}:-default}`,
      })
      return whole
    }),
  )
  return mistakes
}
