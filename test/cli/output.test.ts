import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { printJson, printJsonRows, printTable, printWrapped } from '../../src/cli/output.ts'

/** What is written to stdout, call by call. */
function written(print: () => void): string[] {
  const chunks: string[] = []
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    chunks.push(String(text))
    return true
  })
  onTestFinished(() => write.mockRestore())
  print()
  write.mockRestore()
  return chunks
}

describe('a table', () => {
  it('may have more rows than a call can have arguments: an exchange has millions of addresses', () => {
    const rows = Array.from({ length: 200_000 }, (_, index) => [index, 'x'] as const)
    const chunks = written(() => printTable(['n', 'text'], rows))
    const lines = chunks.join('').split('\n')
    expect(lines).toHaveLength(200_002)
    expect(lines[1]).toBe('0       x')
    // Not a call of the system for each line.
    expect(chunks.length).toBeLessThan(100)
  })
})

describe('a JSON array of values that come one by one', () => {
  it.each<[string, unknown[]]>([
    ['none', []],
    ['one', [{ a: 1 }]],
    ['many, of all shapes', [1, null, 'two\nlines', [], {}, { a: [1, { b: 2n }], c: {} }, ['x', ['y']]]],
    ['texts with line ends of their own', [{ a: 'x\u2028y\u2029z\u0085w\rv' }, 'x\u2028y']],
  ])('is written like one that is there: %s', (_what, values) => {
    const whole = written(() => printJson(values))
    expect(written(() => printJsonRows(values.values())).join('')).toBe(whole.join(''))
  })

  it('is written while the values come', () => {
    const taken: number[] = []
    const chunks = written(() =>
      printJsonRows(
        (function* () {
          for (let index = 0; index < 100_000; index++) {
            if (index % 10_000 === 0) taken.push(vi.mocked(process.stdout.write).mock.calls.length)
            yield { index }
          }
        })(),
      ),
    )
    expect(taken[9]).toBeGreaterThan(taken[1] ?? 0)
    expect(JSON.parse(chunks.join(''))).toHaveLength(100_000)
  })
})

describe('a text behind a label', () => {
  const printed = (label: string, text: string, hanging?: number) => {
    const lines: string[] = []
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      lines.push(String(chunk))
      return true
    })
    printWrapped(label, text, hanging)
    write.mockRestore()
    return lines.join('').split('\n').slice(0, -1)
  }

  it('stays within 80 columns, hangs under itself, and loses nothing', () => {
    const words = Array.from({ length: 60 }, (_, index) => 'x'.repeat(1 + ((index * 7) % 23)))
    const text = [...words, 'y'.repeat(200), 'end'].join(' ')
    for (const hanging of [undefined, 6]) {
      const lines = printed('  label  ', text, hanging)
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
      const [first = '', ...rest] = lines
      expect(first.startsWith('  label  x')).toBe(true)
      for (const line of rest) expect(line).toMatch(new RegExp(`^ {${hanging ?? 9}}\\S`))
      expect(lines.join('').replaceAll(' ', '')).toBe(`label${text.replaceAll(' ', '')}`)
    }
  })

  it('is one line where it fits, with its spaces', () => {
    expect(printed('a ', 'b  c')).toEqual(['a b  c'])
  })
})
