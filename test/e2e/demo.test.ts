import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { AlertRow } from '../../src/ledger/alerts/alert-queries.ts'
import { isLong } from '../long.ts'
import { tempDir } from '../temp.ts'
import { runCli, runHere } from './cli.ts'
import { query } from './database.ts'
import { demoTruth, inWordsOfTruth } from './demo-chain.ts'

interface DemoReport {
  database: string
  transfers: number
  alerts: AlertRow[]
  coverage: { chain: string; gaps: { reason: string }[] }[]
}

/**
 * Every recorded block is read whole; what the recorded chains can't prove is said. On anvil anybody can send as
 * anybody, without a signature; on regtest a miner may take less than it is due.
 */
const honestGap = /^unverified: /

describe('chainscreen demo', () => {
  it('raises the true alerts of both recorded chains and no other, and says so to programs', async () => {
    vi.stubEnv('TMPDIR', tempDir())
    onTestFinished(() => void vi.unstubAllEnvs())
    // The built program takes three times as long: it reads its modules anew.
    const { code, stdout, stderr } = await (isLong ? runCli : runHere)(['demo', '--json'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const report: DemoReport = JSON.parse(stdout)
    for (const chain of ['evm', 'bitcoin'] as const) {
      const rows = report.alerts.filter((row) => row.chain === chain)
      expect(inWordsOfTruth(rows)).toEqual(demoTruth(chain))
      expect(rows.filter(({ status }) => status === 'orphaned')).toHaveLength(1)
    }
    expect(report.coverage.map(({ chain }) => chain)).toEqual(['bitcoin', 'evm'])
    for (const { reason } of report.coverage.flatMap(({ gaps }) => gaps)) expect(reason).toMatch(honestGap)

    // Clean traffic: seen, and no alert.
    const clean = query(
      report.database,
      'select distinct hash from transactions where hash not in (select tx_hash from alerts)',
    )
    expect(clean.length).toBeGreaterThan(20)
    expect(report.transfers).toBeGreaterThan(report.alerts.length)
    // What both branches have was taken back with the one and reinstated with the other.
    const reinstated = query<{ chain: string }>(
      report.database,
      `select a.chain from alert_events e join alerts a on a.id = e.alert_id
       where e.kind = 'reinstated' and a.status != 'orphaned' order by a.chain`,
    )
    expect(reinstated).toEqual([{ chain: 'bitcoin' }, { chain: 'evm' }])
  })

  it('shows them to people, with what was not checked', async () => {
    vi.stubEnv('TMPDIR', tempDir())
    onTestFinished(() => void vi.unstubAllEnvs())
    const { code, stdout, stderr } = await runHere(['demo'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const count = demoTruth('evm').length + demoTruth('bitcoin').length
    expect(stdout).toContain(`\n${count} alerts from `)
    expect(stdout.match(/^[0-9a-f]{12} {2}(high|medium|low) /gm)).toHaveLength(count)
    for (const [, reason] of stdout.matchAll(/^ {2}gap \d+–\d+: (.*)$/gm)) expect(reason).toMatch(honestGap)
    expect(stdout).toMatch(/The database, for your own queries: \S+demo\.db\n$/)
  })
})
