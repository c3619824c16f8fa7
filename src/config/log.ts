import type { z } from 'zod'
import { group } from './group.ts'
import { oneOf } from './values.ts'

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** `log`: what goes to stderr. */
export const logSchema = group({
  level: oneOf(levels).default('info').describe('How much is logged. Default: info.'),
}).default({ level: 'info' })

export type LogConfig = Readonly<z.output<typeof logSchema>>
