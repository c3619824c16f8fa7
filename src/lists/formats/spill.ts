import { randomUUID } from 'node:crypto'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ChainscreenError, messageOf } from '../../diagnostics/errors.ts'
import { readLines } from './read-text.ts'

/** What is held in memory before a file is begun: one country's list, or a part of it. */
const memoryChars = 2 * 1024 * 1024

/**
 * Small records put by for a second look: in memory as long as they are few, and in a private temporary file beyond.
 * Memory is bounded however large the list is. The file loses its name as soon as it is open: it holds parties' names,
 * and whatever ends the process, SIGKILL too, leaves none of them behind.
 */
export class Spill {
  #held: string[] = []
  #chars = 0
  #file: FileHandle | null = null
  readonly #limit: number

  constructor(limit = memoryChars) {
    this.#limit = limit
  }

  /** @throws ChainscreenError `failure` where the temporary folder does not take it. */
  async add(record: readonly unknown[]): Promise<void> {
    const line = JSON.stringify(record)
    this.#held.push(line)
    this.#chars += line.length
    if (this.#chars > this.#limit) await this.#flush()
  }

  /** All records, in the order in which they were put by. @throws as {@link add}. */
  async *all(): AsyncGenerator<unknown[]> {
    if (this.#file !== null) {
      await this.#flush()
      const input = this.#file.createReadStream({ start: 0, autoClose: false })
      for await (const { text } of readLines(input)) yield JSON.parse(text) as unknown[]
    } else for (const line of this.#held) yield JSON.parse(line) as unknown[]
  }

  /** Closes the file, where there is one: nothing is left of it then. */
  async remove(): Promise<void> {
    this.#held = []
    await this.#file?.close()
    this.#file = null
  }

  async #flush(): Promise<void> {
    const text = this.#held.map((line) => `${line}\n`).join('')
    this.#held = []
    this.#chars = 0
    try {
      this.#file ??= await openNameless()
      await this.#file.writeFile(text)
    } catch (cause) {
      throw new ChainscreenError(
        'failure',
        `A list of this size needs room in the temporary folder ${tmpdir()}, which can't be written to (${messageOf(cause)}): make room there, or name another folder in TMPDIR.`,
        { cause },
      )
    }
  }
}

async function openNameless(): Promise<FileHandle> {
  const path = join(tmpdir(), `chainscreen-${randomUUID()}`)
  const file = await open(path, 'wx+', 0o600)
  await unlink(path)
  return file
}
