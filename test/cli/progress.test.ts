import { describe, expect, it } from 'vitest'
import { createProgress } from '../../src/cli/output.ts'
import { createLog } from '../../src/diagnostics/log.ts'

const width = 60
const esc = String.fromCharCode(27)
const sequence = new RegExp(String.raw`^${esc}\[(\??[\d;]*)([A-Za-z])$`)
const tokens = new RegExp(String.raw`${esc}\[\??[\d;]*[A-Za-z]|[\s\S]`, 'g')

/** A terminal that heeds what progress bars do to the cursor (ECMA-48), and remembers its lines. */
class FakeTerminal {
  readonly isTTY = true
  readonly columns = width
  readonly #rows: string[] = ['']
  #x = 0
  #y = 0
  #wraps = true

  readonly write = (text: string): boolean => {
    for (const [token] of text.matchAll(tokens)) this.#take(token)
    return true
  }

  get lines(): string[] {
    return this.#rows.filter((row) => row.trim() !== '')
  }

  #take(token: string): void {
    const [, parameter = '', command = ''] = sequence.exec(token) ?? []
    const count = Number(parameter || 1)
    if (command === '') this.#put(token)
    else if (command === 'A') this.#y = Math.max(0, this.#y - count)
    else if (command === 'G') this.#x = count - 1
    else if (command === 'K') this.#clear(parameter === '2' ? 0 : this.#x)
    else if (command === 'J') {
      this.#clear(this.#x)
      this.#rows.length = this.#y + 1
    } else if (parameter === '?7') this.#wraps = command === 'h'
  }

  #put(character: string): void {
    if (character === '\n') {
      this.#x = 0
      this.#y++
      this.#rows[this.#y] ??= ''
      return
    }
    if (character === '\r') {
      this.#x = 0
      return
    }
    if (this.#x === width && this.#wraps) this.#put('\n')
    const at = Math.min(this.#x, width - 1)
    const row = (this.#rows[this.#y] ?? '').padEnd(width)
    this.#rows[this.#y] = row.slice(0, at) + character + row.slice(at + 1)
    this.#x = at + 1
  }

  #clear(from: number): void {
    this.#rows[this.#y] = (this.#rows[this.#y] ?? '').slice(0, from)
  }
}

function terminal() {
  const stream = new FakeTerminal()
  const log = createLog('info', { write: stream.write })
  return { stream, log, progress: createProgress(log, stream as unknown as NodeJS.WriteStream) }
}

describe('a terminal', () => {
  it('has every line of the log whole, and each progress bar once, below them', () => {
    const { stream, log, progress } = terminal()
    log.info('before any bar')
    for (let step = 1; step <= 5; step++) {
      progress.update('ethereum', step, 5)
      log.warn({ step }, `a line of the log that is longer than the terminal is wide, number ${step}`)
      progress.update('bitcoin', step * 2, 10)
    }
    progress.stop()
    log.info('after the bars')
    const text = stream.lines.join('\n')
    const lines = stream.lines.join('')
    for (let step = 1; step <= 5; step++) expect(lines).toContain(`terminal is wide, number ${step}"}`)
    const bars = stream.lines
      .map((line) => line.trimEnd())
      .filter((line) => /^(?:ethereum|bitcoin) \[/.test(line))
    expect(bars).toEqual([
      expect.stringMatching(/^ethereum \[.*\] 5\/5 100%$/),
      expect.stringMatching(/^bitcoin \[.*\] 10\/10/),
    ])
    expect(text.indexOf('number 5')).toBeLessThan(text.indexOf('ethereum ['))
    expect(lines).toMatch(/after the bars"}\s*$/)
    expect(lines.match(/"level":"warn"/g)).toHaveLength(5)
  })
})

describe('a line of the log', () => {
  it('says its level in a word', () => {
    const lines: string[] = []
    const log = createLog('debug', { write: (line) => lines.push(line) })
    for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level]({ chain: 'c' }, 'text')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      ['debug', 'info', 'warn', 'error'].map((level) => ({
        ...{ level, time: expect.stringMatching(/^\d{4}-.*Z$/), chain: 'c', msg: 'text' },
      })),
    )
  })
})
