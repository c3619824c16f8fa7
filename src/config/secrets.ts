import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { mayHoldSecret, withoutPrivateKeys } from '../address/secret.ts'
import type { ConfigDocument } from './document.ts'
import { bundledFile } from './lists.ts'
import type { KeyPath, Mistake } from './mistakes.ts'
import type { Config } from './schema.ts'

/** Keys whose values are never shown, and may come from a file named by `<key>File`. */
export const secretKeys: readonly string[] = ['password', 'token', 'secret', 'creds']

/** Keys that may come from a file: secrets, and URLs that may hold one. */
const fileKeys: readonly string[] = [...secretKeys, 'url']

/** Stands in for a secret that could not be read, so that it is not reported as missing or too short as well. */
const unread = (key: string) => {
  if (key === 'creds') return '---USER JWT--- unread ---USER NKEY SEED--- unread'
  return key === 'url' ? 'postgres://unread' : 'unread'.repeat(8)
}

/** Reads every `<key>File` into `<key>`; a line break at the end of the file is not part of the secret. */
export function readSecretFiles(value: unknown, folder: string, path: KeyPath = []): Mistake[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => readSecretFiles(item, folder, [...path, index]))
  }
  if (typeof value !== 'object' || value === null) return []
  const group = value as Record<string, unknown>
  const own = fileKeys.flatMap((key) => readSecretFile(group, key, folder, [...path, `${key}File`]))
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
  const mistake = (text: string): Mistake[] => [{ path, text: `: ${text}` }]
  if (group[key] !== undefined) return mistake(`found ${key} too, expected only one of the two`)
  let secret: string
  try {
    secret = readFileSync(absolute(folder, file), 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
    group[key] = unread(key)
    return mistake(`the file ${file} can't be read (${code}): check the path and who may read it`)
  }
  group[key] = secret || unread(key)
  return secret === '' ? mistake(`found an empty file, expected the ${key} in it`) : []
}

/** Keys whose values are secrets, or may hold one: a node's URL has its key in it. */
const mayHold: readonly string[] = [...secretKeys, 'rpc', 'ws', 'url']

/** What is a name has no 32 bytes in hex, which the path of a file may have. */
const names: readonly string[] = ['id', 'symbol']

const holdsKey = (text: string) => withoutPrivateKeys(text) !== text

/** Private keys and seed phrases where none belongs: a value that is accepted is stored, logged and shown. */
export function findPrivateKeys(document: ConfigDocument): Mistake[] {
  return document.texts().flatMap(({ path, text }) => {
    const isKey = names.includes(String(path.at(-1))) ? mayHoldSecret : holdsKey
    if (path.some((step) => mayHold.includes(String(step))) || !isKey(text)) return []
    const wrong = 'holds a private key or a seed phrase (not shown): take it out, and treat it as disclosed'
    return [{ path, text: ` ${wrong}` }]
  })
}

/** The config with every path made absolute: relative ones from the folder of the config file, `~/…` from the user's home. */
export function resolvePaths(config: Config, folder: string): Config {
  return {
    ...config,
    database: absolute(folder, config.database),
    lists: config.lists.map((list) =>
      'file' in list && list.file !== bundledFile ? { ...list, file: absolute(folder, list.file) } : list,
    ),
    delivery: config.delivery.map((sink) => {
      if (sink.type === 'jsonl') return { ...sink, file: absolute(folder, sink.file) }
      if (sink.type !== 'nats' || sink.tls === undefined) return sink
      const files = Object.entries(sink.tls).map(([key, file]) => [key, file && absolute(folder, file)])
      return { ...sink, tls: Object.fromEntries(files) }
    }),
    own: config.own.map((source) =>
      source.type === 'file' ? { ...source, file: absolute(folder, source.file) } : source,
    ),
    chains: config.chains.map((chain) =>
      chain.type === 'bitcoin' && chain.auth && 'cookieFile' in chain.auth
        ? { ...chain, auth: { cookieFile: absolute(folder, chain.auth.cookieFile) } }
        : chain,
    ),
  }
}

/** @param path as written in the config */
function absolute(folder: string, path: string): string {
  return path.startsWith('~/') ? resolve(homedir(), path.slice(2)) : resolve(folder, path)
}
