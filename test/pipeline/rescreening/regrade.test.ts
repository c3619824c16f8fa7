import { describe, expect, it } from 'vitest'
import { evmKey } from '../../../src/address/key.ts'
import { nextAlertedSql } from '../../../src/ledger/alerts/regrades.ts'
import { rollBack } from '../../../src/ledger/blocks/roll-back.ts'
import { readCoverage } from '../../../src/ledger/coverage/coverage-queries.ts'
import { all, type Db } from '../../../src/ledger/database.ts'
import { decide } from '../../../src/operations/decide.ts'
import { screenBlocks } from '../../../src/pipeline/blocks/screen-blocks.ts'
import { address, log, topic, words } from '../../chains/evm/build.ts'
import { at, chain, commit, dump, ref } from '../../ledger/fixtures.ts'
import { activateList, wired } from '../fixtures.ts'
import { block, dai, ledger, moves, other, own, pays, restart, usdt, villain } from './regrade-fixtures.ts'
import { rescreenAll } from './rescreen-fixtures.ts'

const current = (db: Db) =>
  all<{ text: string }>(
    db,
    `select concat_ws(' ', transfer, current_level, current_tags, ifnull(current_symbol, '?'), ifnull(current_decimals, '?')) as text
     from alerts_current where list_id = 'house' order by block_height, transfer, list_id, entry_address`,
  ).map(({ text }) => text)
const raised = (db: Db) =>
  all<{ text: string }>(
    db,
    `select concat_ws(' ', transfer, level, tags, ifnull(symbol, '?'), ifnull(decimals, '?')) as text
     from alerts where list_id = 'house' order by block_height, transfer`,
  ).map(({ text }) => text)
const events = (db: Db) =>
  all<{ text: string }>(
    db,
    `select concat_ws(' ', a.transfer, e.actor, e.data) as text from alert_events e join alerts a on a.id = e.alert_id
     where e.kind = 'regraded' order by e.seq`,
  ).map(({ text }) => text)

describe('a token that the config names later', () => {
  it('grades the alerts that stand anew, by an event: the row and its id stay', async () => {
    const { db, follow } = await ledger({})
    follow(7, { logs: [pays(usdt)] })
    const before = all<{ id: string }>(db, 'select id from alerts order by id')
    expect(current(db)).toEqual(['log:0 low ["unknown-asset"] ? ?'])
    expect(restart(db, { [usdt]: 'USDT:6' })).toEqual([{ asset: usdt, was: null, now: 'USDT' }])
    expect(current(db)).toEqual(['log:0 high [] USDT 6'])
    expect(raised(db)).toEqual(['log:0 low ["unknown-asset"] ? ?'])
    expect(all(db, 'select id from alerts order by id')).toEqual(before)
    expect(events(db)).toEqual([
      `log:0 chainscreen {"asset":"erc20:${usdt}","level":"high","tags":[],"symbol":"USDT","decimals":6}`,
    ])
  })

  it('says nothing twice, and nothing where nothing changed', async () => {
    const { db, follow } = await ledger({ [dai]: 'DAI' })
    follow(7, { logs: [pays(usdt), pays(dai)] })
    restart(db, { [dai]: 'DAI', [usdt]: 'USDT' })
    expect(events(db)).toHaveLength(1)
    const state = dump(db)
    expect(restart(db, { [dai]: 'DAI', [usdt]: 'USDT' })).toEqual([])
    expect(dump(db)).toEqual(state)
  })

  it('makes the stored transfers those of the token, so that a list that comes later alerts at the right level', async () => {
    const { db, follow } = await ledger({})
    follow(7, { logs: [moves(usdt, address(0x77), own, 5)] })
    restart(db, { [usdt]: 'USDT' })
    activateList(db, [evmKey(address(0x77))], 'late')
    rescreenAll(db)
    expect(all(db, `select level, tags, symbol from alerts where list_id = 'late'`)).toEqual([
      { level: 'high', tags: '[]', symbol: 'USDT' },
    ])
  })

  it('is told before a list that came at the same time raises alerts', async () => {
    const { db, follow } = await ledger({})
    follow(7, { logs: [moves(usdt, address(0x77), own, 5)] })
    activateList(db, [evmKey(address(0x77))], 'late')
    restart(db, { [usdt]: 'USDT' })
    expect(all(db, `select level, symbol from alerts where list_id = 'late'`)).toEqual([
      { level: 'high', symbol: 'USDT' },
    ])
    expect(events(db)).toEqual([])
  })

  it('gives the transfers that one alert of unknown assets stood for the alerts that a replay would', async () => {
    const sketch = { logs: [pays(usdt, 1), pays(usdt, 2), pays(dai, 3), pays(dai, 4), pays(usdt, 0)] }
    const { db, follow } = await ledger({})
    follow(7, sketch)
    expect(current(db)).toEqual(['log:0 low ["unknown-asset"] ? ?'])
    restart(db, { [usdt]: 'USDT' })
    const named = await ledger({ [usdt]: 'USDT' })
    named.follow(7, sketch)
    expect(current(db)).toEqual(current(named.db))
    expect(current(db)).toHaveLength(4)
    const ids = 'select id from alerts order by id'
    expect(all(db, ids)).toEqual(all(named.db, ids))
  })

  it('leaves what stood for a token that is taken out of the config, and lowers all of it', async () => {
    const { db, follow } = await ledger({ [usdt]: 'USDT:6' })
    follow(7, { logs: [pays(usdt, 1), pays(usdt, 2)] })
    restart(db, {})
    expect(current(db)).toEqual(['log:0 low ["unknown-asset"] ? ?', 'log:1 low ["unknown-asset"] ? ?'])
    expect(raised(db)).toEqual(['log:0 high [] USDT 6', 'log:1 high [] USDT 6'])
    restart(db, { [usdt]: 'USDT:6' })
    expect(current(db)).toEqual(raised(db))
  })

  it('tells of another symbol and other decimals, without another level', async () => {
    const { db, follow } = await ledger({ [usdt]: 'USDT' })
    follow(7, { logs: [pays(usdt)] })
    restart(db, { [usdt]: 'USD₮:6' })
    expect(current(db)).toEqual(['log:0 high [] USD₮ 6'])
    expect(events(db)).toHaveLength(1)
  })

  it('keeps the tag of a zero, and of what we signed nothing is lowered', async () => {
    const { db, follow } = await ledger({})
    follow(7, { logs: [pays(usdt, 0)] })
    follow(8, { from: own, logs: [moves(usdt, own, villain, 5)] })
    expect(current(db)).toEqual([
      'log:0 low ["zero-value","unknown-asset"] ? ?',
      'log:0 high ["unknown-asset"] ? ?',
    ])
    restart(db, { [usdt]: 'USDT' })
    expect(current(db)).toEqual(['log:0 low ["zero-value"] USDT ?', 'log:0 high [] USDT ?'])
  })

  it('raises what an undecoded log of its contract names', async () => {
    const { db, follow } = await ledger({})
    follow(7, { logs: [log(usdt, [`0x${'7'.repeat(64)}`, topic(villain), topic(own)], words(3))] })
    expect(current(db)).toEqual(['log:0 low ["undecoded"] ? ?'])
    restart(db, { [usdt]: 'USDT' })
    expect(current(db)).toEqual(['log:0 medium ["undecoded"] USDT ?'])
  })

  it('leaves the decision, and counts the alerts that had one', async () => {
    const { db, follow } = await ledger({})
    follow(7, { logs: [pays(usdt)] })
    const [{ id } = { id: '' }] = all<{ id: string }>(db, 'select id from alerts')
    decide(db, { ids: [id], decision: 'released' }, { actor: 'ann', note: null, at })
    restart(db, { [usdt]: 'USDT' })
    expect(all(db, 'select disposition, current_level from alerts_current')).toEqual([
      { disposition: 'released', current_level: 'high' },
    ])
  })

  it('grades an alert whose entry left its list since, and raises none for it', async () => {
    const { db, follow } = await ledger({})
    follow(7, { logs: [pays(usdt, 1), pays(usdt, 2)] })
    activateList(db, [evmKey(other)], 'house', '2022-01-01')
    restart(db, { [usdt]: 'USDT' })
    expect(current(db)).toEqual(['log:0 high [] USDT ?'])
  })

  it('grades an alert that comes back by its block, whatever was told before', async () => {
    const { db, follow } = await ledger({})
    follow(7, { logs: [pays(usdt)] })
    restart(db, { [usdt]: 'USDT' })
    rollBack(db, chain, ref(6), at)
    restart(db, {})
    const { context } = wired(db)
    commit(db, screenBlocks([block(7, {}, { logs: [pays(usdt)] })], chain.id, context.index))
    expect(current(db)).toEqual(['log:0 low ["unknown-asset"] ? ?'])
  })

  it('makes a gap of the blocks that were followed without knowing that it wraps the native coin', async () => {
    const { db, follow } = await ledger({ [usdt]: 'WETH' })
    follow(7, { logs: [pays(usdt)] })
    follow(8)
    const gaps = () => readCoverage(db, chain.id, [])[0]?.gaps.filter(({ reason }) => /wrap/.test(reason))
    restart(db, { [usdt]: 'WETH' })
    expect(gaps()).toEqual([])
    restart(db, { [usdt]: 'WETH' }, [usdt])
    expect(gaps()).toEqual([
      { from: 7, to: 8, reason: expect.stringContaining('was not known to wrap the native coin') },
    ])
    restart(db, { [usdt]: 'WETH' }, [usdt])
    expect(gaps()).toHaveLength(1)
    expect(events(db)).toEqual([])
  })

  it('finds the alerts by their block, without a scan', async () => {
    const { db } = await ledger({})
    const plan = all<{ detail: string }>(db, `explain query plan ${nextAlertedSql}`, 'c', 1, '')
    expect(plan.map(({ detail }) => detail).join('\n')).toMatch(/SEARCH a USING INDEX alerts_by_block/)
    expect(plan.map(({ detail }) => detail).join('\n')).not.toMatch(/SCAN/)
  })
})

describe('a ledger of before names were written down', () => {
  it('is graded by what the config names, once, and gets the decimals without an event', async () => {
    const { db, follow } = await ledger(null)
    follow(7, { logs: [pays(usdt)] })
    const later = { [usdt]: 'USDT:6' }
    db.exec(`update alerts set symbol = 'USDT', tags = '[]', level = 'high'`)
    restart(db, later)
    expect(events(db)).toEqual([])
    expect(current(db)).toEqual(['log:0 high [] USDT 6'])
  })

  it('hears of a token that was named while it was not written down', async () => {
    const { db, follow } = await ledger(null)
    follow(7, { logs: [pays(usdt)] })
    restart(db, { [usdt]: 'USDT:6' })
    expect(current(db)).toEqual(['log:0 high [] USDT 6'])
    expect(events(db)).toHaveLength(1)
  })
})
