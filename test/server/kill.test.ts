import { it } from 'vitest'
import { isLong } from '../long.ts'
import { killWhileServing } from './kill-serving.ts'

it(
  'a server that is killed has stored whatever it answered, and does the rest once',
  () => killWhileServing(isLong ? 30 : 3, Math.random),
  600_000,
)
