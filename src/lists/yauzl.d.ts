/** The part of yauzl 3 that is used here; it ships no types. */
declare module 'yauzl' {
  import type { Readable } from 'node:stream'

  export interface Entry {
    /** Folders end with a slash. */
    fileName: string
    crc32: number
    uncompressedSize: number
    /** False for encrypted entries and for methods other than stored and deflated. */
    canDecodeFileData(): boolean
  }

  export interface ZipFile {
    entryCount: number
    /** Reads the next entry of the directory; an `entry` event answers, or `end`. */
    readEntry(): void
    openReadStream(entry: Entry, callback: (error: Error | null, stream: Readable) => void): void
    close(): void
    on(event: 'entry', listener: (entry: Entry) => void): this
    on(event: 'end', listener: () => void): this
    on(event: 'error', listener: (error: Error) => void): this
  }

  /** `autoClose` (default) closes the file after the last entry and the last stream. */
  export function open(
    path: string,
    options: { lazyEntries: boolean; autoClose?: boolean },
    callback: (error: Error | null, zip: ZipFile) => void,
  ): void
}
