import { readFileSync } from 'node:fs'
import type { KeyPath, Mistake } from './mistake.ts'
import { absolute } from './resolve-paths.ts'

/** Keys whose values are never shown, and may come from a file named by `<key>File`. */
export const secretKeys: readonly string[] = ['password', 'token']

/** Stands in for a secret that could not be read, so that it is not reported as missing or too short as well. */
const unread = 'unread'.repeat(8)

/** Reads every `<key>File` into `<key>`; a line break at the end of the file is not part of the secret. */
export function readSecretFiles(value: unknown, folder: string, path: KeyPath = []): Mistake[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => readSecretFiles(item, folder, [...path, index]))
  }
  if (typeof value !== 'object' || value === null) return []
  const group = value as Record<string, unknown>
  const own = secretKeys.flatMap((key) => readSecretFile(group, key, folder, [...path, `${key}File`]))
  return [
    ...own,
    ...Object.entries(group).flatMap(([key, item]) => readSecretFiles(item, folder, [...path, key])),
  ]
}

function readSecretFile(
  group: Record<string, unknown>,
  key: string,
  folder: string,
  path: KeyPath,
): Mistake[] {
  const file = group[`${key}File`]
  if (typeof file !== 'string' || file === '') return []
  const mistake = (text: string): Mistake[] => [{ path, text: `: ${text}`, notBuilt: false }]
  if (group[key] !== undefined) return mistake(`found ${key} too, expected only one of the two`)
  let secret: string
  try {
    secret = readFileSync(absolute(folder, file), 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
    group[key] = unread
    return mistake(`the file ${file} can't be read (${code}): check the path and who may read it`)
  }
  group[key] = secret || unread
  return secret === '' ? mistake(`found an empty file, expected the ${key} in it`) : []
}
