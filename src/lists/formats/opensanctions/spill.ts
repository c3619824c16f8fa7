import { createReadStream, createWriteStream, type WriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { readLines } from '../read-lines.ts'

/** What is held in memory before a file is begun: enough for one country's list. */
const memoryChars = 8 * 1024 * 1024

/**
 * Small records put by for a second look: in memory as long as they are few, and in a private temporary file beyond.
 * Memory is bounded however large the list is.
 */
export class Spill {
  #held: string[] = []
  #chars = 0
  #folder: string | null = null
  #file: WriteStream | null = null
  readonly #limit: number

  constructor(limit = memoryChars) {
    this.#limit = limit
  }

  async add(record: readonly unknown[]): Promise<void> {
    const line = JSON.stringify(record)
    this.#held.push(line)
    this.#chars += line.length
    if (this.#chars > this.#limit) await this.#flush()
  }

  /** All records, in the order in which they were put by. */
  async *all(): AsyncGenerator<unknown[]> {
    if (this.#file !== null && this.#folder !== null) {
      await this.#flush()
      this.#file.end()
      await finished(this.#file)
      for await (const { text } of readLines(createReadStream(this.#path(this.#folder))))
        yield JSON.parse(text) as unknown[]
    } else for (const line of this.#held) yield JSON.parse(line) as unknown[]
  }

  /** Removes the file, where there is one. */
  async remove(): Promise<void> {
    this.#held = []
    this.#file?.destroy()
    if (this.#folder !== null) await rm(this.#folder, { recursive: true, force: true })
  }

  async #flush(): Promise<void> {
    this.#folder ??= await mkdtemp(join(tmpdir(), 'chainscreen-'))
    this.#file ??= createWriteStream(this.#path(this.#folder), { mode: 0o600 })
    const file = this.#file
    const text = this.#held.map((line) => `${line}\n`).join('')
    this.#held = []
    this.#chars = 0
    await new Promise<void>((resolve, reject) => {
      file.write(text, (error) => (error ? reject(error) : resolve()))
    })
  }

  #path(folder: string): string {
    return join(folder, 'records')
  }
}
