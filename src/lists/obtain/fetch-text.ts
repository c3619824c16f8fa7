import { readFile, rm } from 'node:fs/promises'
import { fetchList } from '../fetch/fetch-list.ts'
import type { Validators } from '../fetch/types.ts'
import type { Look } from './types.ts'

/** An index is some kilobytes, that of a collection of all datasets some megabytes. */
const maxTextBytes = 64 * 1024 * 1024

/** A small text beside a list's file, within the same bounds as the file. @throws as `fetchList`. */
export async function fetchText(
  { request, options }: Look,
  url: URL,
  known: Validators | null,
): Promise<{ state: 'not-modified' } | { state: 'fetched'; text: string; validators: Validators }> {
  const maxBytes = Math.min(request.maxBytes, maxTextBytes)
  const result = await fetchList({ ...request, url: url.href, maxBytes, known }, options)
  if (result.state === 'not-modified') return { state: 'not-modified' }
  try {
    return { state: 'fetched', text: await readFile(result.path, 'utf8'), validators: result.validators }
  } finally {
    await rm(result.path, { force: true })
  }
}
