import { createInterface } from 'node:readline/promises'
import { ChainscreenError } from '../diagnostics/errors.ts'

/**
 * Asks a person on the terminal.
 *
 * @returns whether the answer was yes.
 * @throws ChainscreenError `usage` where nobody can be asked.
 */
export async function agreed(question: string): Promise<boolean> {
  if (process.stdin.isTTY !== true) {
    throw new ChainscreenError('usage', `${question} Nobody can be asked here: add --yes. Nothing was done.`)
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim())
  } finally {
    terminal.close()
  }
}
