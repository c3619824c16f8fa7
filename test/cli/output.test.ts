import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { printTable, printWrapped } from '../../src/cli/output.ts'

describe('a table', () => {
  it('may have more rows than a call can have arguments: an exchange has millions of addresses', () => {
    const lines: string[] = []
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      lines.push(String(text))
      return true
    })
    onTestFinished(() => write.mockRestore())
    const rows = Array.from({ length: 200_000 }, (_, index) => [index, 'x'] as const)
    printTable(['n', 'text'], rows)
    expect(lines).toHaveLength(200_001)
    expect(lines[1]).toBe('0       x\n')
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
