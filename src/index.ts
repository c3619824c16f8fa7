/** What a program that imports chainscreen gets. For tests against recorded chains see `chainscreen/testing`. */
export type { MatchBasis } from './address/equivalents.ts'
export { type Family, type Key, keyFamily } from './address/key.ts'
export { type ParseResult, parseAddress } from './address/parse.ts'
export { addressText } from './address/text.ts'
export { loadConfig } from './config/load.ts'
export type { Config } from './config/schema.ts'
export { type DaemonOptions, runDaemon } from './daemon.ts'
export { ChainscreenError, type ErrorCode, exitCodeOf } from './diagnostics/errors.ts'
export { createLog, type Log } from './diagnostics/log.ts'
export {
  type AlertFilter,
  type CurrentAlertRow,
  findAlerts,
  readAlert,
} from './ledger/alerts/alert-queries.ts'
export { readCoverage } from './ledger/coverage/coverage-queries.ts'
export { openLedgerForReading } from './ledger/open.ts'
export { type PreCheck, preCheck } from './pipeline/pre-check.ts'
