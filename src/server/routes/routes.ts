import { alertRoutes } from './alerts.ts'
import type { Routes } from './answers.ts'
import { compatibleRoutes } from './compatible.ts'
import { coverageRoutes } from './coverage.ts'
import { decisionRoutes } from './decisions.ts'
import { eventRoutes } from './events.ts'
import { healthRoutes } from './health.ts'
import { listRoutes } from './lists.ts'
import { ownAddressRoutes } from './own-addresses.ts'
import { screeningRoutes } from './screenings.ts'
import { transactionRoutes } from './transactions.ts'
import { transferRoutes } from './transfers.ts'

/** Every group of routes: a new one is one file and one line here. */
export const routes: readonly Routes[] = [
  healthRoutes,
  screeningRoutes,
  transactionRoutes,
  transferRoutes,
  alertRoutes,
  decisionRoutes,
  ownAddressRoutes,
  listRoutes,
  coverageRoutes,
  eventRoutes,
  compatibleRoutes,
]
