import { z } from 'zod'

/** An event of any type. `docs/events/` has a schema of each type. */
export const eventShape = z
  .object({
    id: z.string().describe('The same on a retry: heed each once.'),
    type: z.string().describe('Such as `alert.created`: docs/events.md has all.'),
    timestamp: z.string(),
    sequence: z.int(),
    epoch: z.string(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Event' })
