import type { z } from 'zod'
import { canarySchema } from './canary.ts'
import { chainsSchema } from './chains.ts'
import { mistakeIn } from './freeze-list.ts'
import { group } from './group.ts'
import { listsSchema } from './lists.ts'
import { logSchema } from './log.ts'
import { serverSchema } from './server.ts'
import { text } from './values.ts'

/** The whole of `chainscreen.yaml`, all groups joined. */
export const configSchema = group({
  database: text('the path of the SQLite file')
    .default('./chainscreen.db')
    .describe('Path of the SQLite file. Default: ./chainscreen.db'),
  lists: listsSchema,
  chains: chainsSchema,
  canary: canarySchema,
  server: serverSchema,
  log: logSchema,
}).superRefine(({ lists, chains }, context) => {
  lists.forEach((list, index) => {
    const mistake = 'chain' in list ? mistakeIn(list, chains) : null
    if (mistake === null) return
    context.addIssue({ code: 'custom', path: ['lists', index, mistake.key], message: mistake.message })
  })
})

/** The config as the program sees it: defaults filled in, paths absolute, durations in milliseconds, shares as fractions. */
export type Config = Readonly<z.output<typeof configSchema>>
