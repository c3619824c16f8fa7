import { describe, expect, it } from 'vitest'
import { formatFor } from '../../../src/lists/formats/index.ts'
import { isLong } from '../../long.ts'
import { chunks } from './chunks.ts'
import { feature, ofacXml, party } from './ofac-xml.ts'
import { id, sdnEntry, sdnXml } from './published-files.ts'

/** One more than are kept of a file. */
const many = 100_001
const times = <T>(make: (number: number) => T) => Array.from({ length: many }, (_, at) => make(at))

const csv = { format: 'csv', text: `address\n${times((at) => `0x12z${at}\n`).join('')}` }
/** One place keeps and counts for all formats. */
const others = () => [
  {
    format: 'ofac-sdn-advanced',
    text: ofacXml({
      parties: `<DistinctParties>${party(100, times((at) => feature(at, 7001, `0x12z${at}`)).join(''))}</DistinctParties>`,
    }),
  },
  {
    format: 'ofac-sdn',
    text: sdnXml([
      sdnEntry(
        7,
        `<idList>${times((at) => id(at, 'Digital Currency Address - ETH', `0x12z${at}`)).join('')}</idList>`,
      ),
    ]),
  },
]

describe('what can not be read of a file', () => {
  it.each(isLong ? [csv, ...others()] : [csv])(
    'is kept up to a bound, and counted beyond it: $format',
    async ({ format, text }) => {
      const options = format === 'csv' ? { onBadRow: 'report' as const } : undefined
      const list = await formatFor({ format, options }).parse(chunks(text, 1 << 16), '2026-06-01')
      expect(list.unparsed).toHaveLength(100_000)
      expect(list.counts).toMatchObject({ unparsedNotKept: 1 })
    },
  )
})
