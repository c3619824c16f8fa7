/** Writes whole lines to stderr in place of who holds the terminal's last lines. */
type LineWriter = (line: string) => void

let above: LineWriter | null = null

/**
 * Has lines of the log written by who draws progress bars, above them, until `null` gives stderr back: both move the cursor, and would
 * write into each other.
 */
export function writeLinesBy(writer: LineWriter | null): void {
  above = writer
}

/** A destination for log lines that heeds {@link writeLinesBy}. @param plain where lines go while there are no bars. */
export function aboveBars(plain: LineWriter): LineWriter {
  return (line) => (above ?? plain)(line)
}
