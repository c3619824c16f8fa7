import { z } from 'zod'
import { durationMs, group, id, postgresPlace, text, unique, wholeNumber } from './values.ts'

const dayMs = 86_400_000
const queryExpected = 'a SELECT that answers address, kind, reference and seq of the rows after $1'
const lookbackExpected = 'a duration such as 24h, or 0s'
const everyExpected = 'a duration from 1s to 1d'
const overlapExpected = 'a whole number of sequence numbers'

/** Keys that every source of own addresses has. */
const shared = {
  id: id().describe('Name of the source in logs and tables.'),
  lookback: durationMs(lookbackExpected, 0)
    .default(dayMs)
    .describe('How far back blocks are rescanned for new addresses. 0s: not at all. Default: 24h.'),
}

const fileSource = group({
  ...shared,
  type: z.literal('file'),
  file: text('the path of a CSV file').describe(
    'Path of a CSV file: address,kind,reference[,chain]. It is loaded again whenever it changes.',
  ),
}).transform(({ lookback, ...source }) => ({ ...source, lookbackMs: lookback }))

/** `urlFile` has become `url` when this is parsed (see `secrets.ts`). */
const postgresSource = group({
  ...shared,
  type: z.literal('postgres'),
  ...postgresPlace('exchange'),
  query: text(queryExpected)
    .refine((query) => /\$1(?!\d)/.test(query), queryExpected)
    .describe('Answers address, kind, reference and seq, and chain if you like, of the rows after $1.'),
  every: durationMs(everyExpected, 1_000, dayMs)
    .default(30_000)
    .describe('How often it is asked for new rows. Default: 30s.'),
  overlap: wholeNumber(overlapExpected, 0)
    .default(10_000)
    .describe(
      'How far below the highest seq rows are asked for again, since transactions commit out of order. Default: 10000.',
    ),
}).transform(({ lookback, every, urlFile: _, ...source }) => ({
  ...source,
  everyMs: every,
  lookbackMs: lookback,
}))

/** `own`: where own addresses come from by themselves, beside the commands and the API. */
export const ownSourcesSchema = z
  .array(
    z.discriminatedUnion('type', [fileSource, postgresSource], 'file or postgres'),
    'a list of sources of own addresses, or []',
  )
  .superRefine(unique('id', (source) => source.id, 'an id that no other source has'))
  .default([])

export type OwnSourceConfig = Readonly<z.output<typeof fileSource> | z.output<typeof postgresSource>>

/** A watched CSV file. Its path is absolute. */
export type OwnFileConfig = Extract<OwnSourceConfig, { type: 'file' }>

/** A query against the exchange's own database. `url` is kept as written: never print it. */
export type OwnQueryConfig = Extract<OwnSourceConfig, { type: 'postgres' }>
