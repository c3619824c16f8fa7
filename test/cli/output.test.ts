import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { printTable } from '../../src/cli/output.ts'

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
