import type { z } from 'zod'
import { group } from './group.ts'
import { durationMs, text } from './values.ts'

const everyExpected = 'a duration from 1m to 1d'
const addressExpected = 'an EVM address that nobody uses: 0x and 40 hex digits'
const dayMs = 86_400_000

/** `canary`: a test entry and a made-up transfer that prove that a match still becomes an alert. */
export const canarySchema = group({
  every: durationMs(everyExpected, 60_000, dayMs)
    .default(3_600_000)
    .describe('How often a made-up transfer is screened. Default: 1h.'),
  address: text(addressExpected)
    .regex(/^0x[0-9a-fA-F]{40}$/, addressExpected)
    .optional()
    .describe('The listed address of the test: an EVM address that nobody uses. Default: a built-in one.'),
})
  .transform(({ every, address }) => ({ everyMs: every, address: address ?? null }))
  .optional()
  .describe('Proves on a schedule that a match still becomes an alert.')

export type CanaryConfig = Readonly<NonNullable<z.output<typeof canarySchema>>>
