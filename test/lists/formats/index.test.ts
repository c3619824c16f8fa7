import { describe, expect, it } from 'vitest'
import { ChainscreenError } from '../../../src/diagnostics/errors.ts'
import { formatOf, formats } from '../../../src/lists/formats/index.ts'

describe('formats', () => {
  it('are found by the id that they carry', () => {
    for (const [id, format] of Object.entries(formats)) {
      expect(format.id).toBe(id)
      expect(formatOf(id)).toBe(format)
    }
  })

  it.each(['ofac', 'constructor', ''])('has no "%s", and says what there is', (id) => {
    expect(() => formatOf(id)).toThrow(ChainscreenError)
    expect(() => formatOf(id)).toThrow(
      /there are: ofac-sdn-advanced, .*opensanctions, tagpack, csv, bundled\.$/,
    )
  })
})
