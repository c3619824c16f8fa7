import type { Routes } from './answers.ts'
import { eventRoutes } from './events.ts'
import { healthRoutes } from './health.ts'
import { listRoutes } from './lists.ts'

/** Every group of routes: a new one is one file and one line here. */
export const routes: readonly Routes[] = [healthRoutes, listRoutes, eventRoutes]
