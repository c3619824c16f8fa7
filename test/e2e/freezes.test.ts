import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import {
  addedBlackListTopic,
  blacklistedTopic,
  removedBlackListTopic,
  unBlacklistedTopic,
} from '../../src/chains/evm/freezes/extract-freezes.ts'
import { createEvmSource } from '../../src/chains/evm/source.ts'
import { type Anvil, startAnvil } from '../anvil.ts'
import { freezeCall, freezerInitCode } from '../chains/evm/freezer.ts'
import { newProject, type Project } from './project.ts'

const dep = '0x1111111111111111111111111111111111111111'
const hot = '0x2222222222222222222222222222222222222222'
const early = '0xe1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1'
const late = '0x1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a'
const slandered = '0x5151515151515151515151515151515151515151'
const ether = `0x${(10n ** 18n).toString(16)}`

let anvil: Anvil
let user: string
let issuer: string
let stranger: string

beforeAll(async () => {
  // With epochs of one block, the finalized block lies two under the head.
  anvil = await startAnvil({ args: ['--auto-impersonate', '--slots-in-an-epoch', '1'] })
  // Else blocks that are mined at once are of one second, and an interval of none.
  await anvil.rpc('anvil_setBlockTimestampInterval', 12)
  user = (await anvil.rpc<string[]>('eth_accounts'))[0] ?? ''
  for (const rich of [early, late, slandered])
    await anvil.rpc('anvil_setBalance', rich, `0x1${ether.slice(2)}0`)
  issuer = await deploy()
  stranger = await deploy()
})

afterAll(() => anvil?.stop())

interface Tx {
  from: string
  to?: string
  value?: string
  data?: string
}

/** The same fees make it the same transaction, when it is sent again after a reorg. */
const fees = { gas: '0x30d40', maxFeePerGas: '0x77359400', maxPriorityFeePerGas: '0x1' }

/** Transactions in one block, in this order. @returns their hashes. */
async function block(...txs: Tx[]): Promise<string[]> {
  await anvil.rpc('evm_setAutomine', false)
  const hashes: string[] = []
  for (const tx of txs) hashes.push(await anvil.rpc<string>('eth_sendTransaction', { ...fees, ...tx }))
  await anvil.rpc('evm_mine')
  for (const hash of hashes) expect((await anvil.receipt(hash)).status).toBe('0x1')
  return hashes
}

async function deploy(): Promise<string> {
  const hash = await anvil.rpc<string>('eth_sendTransaction', {
    from: user,
    data: freezerInitCode,
    gas: '0x80000',
  })
  return (await anvil.receipt(hash)).contractAddress ?? ''
}

const deposit = (from: string): Tx => ({ from, to: dep, value: ether })
const tether = (account: string, frozen: boolean, to = issuer): Tx => ({
  ...{ from: user, to },
  data: freezeCall(frozen ? addedBlackListTopic : removedBlackListTopic, account, frozen, false),
})
const circle = (account: string, frozen: boolean): Tx => ({
  ...{ from: user, to: issuer },
  data: freezeCall(frozen ? blacklistedTopic : unBlacklistedTopic, account, frozen, true),
})
const height = async () => Number(await anvil.rpc<string>('eth_blockNumber'))

/** A node between: what it passes on of an answer's result is what `change` makes of it. */
async function startProxy(
  target: string,
  change: (method: string, result: unknown) => unknown,
): Promise<string> {
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const answer = await fetch(target, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    const { method } = JSON.parse(body) as { method: string }
    const { result, ...rest } = (await answer.json()) as { result?: unknown }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(result === undefined ? rest : { ...rest, result: change(method, result) }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function project(start: number, from?: number): Promise<Project> {
  const list = { id: 'issuer-freezes', format: 'token-blacklist', chain: 'anvil', contracts: [issuer] }
  const one = newProject({
    lists: [{ ...list, ...(from !== undefined && { from }) }],
    chains: [
      {
        ...{ id: 'anvil', type: 'evm', chainId: 31337, rpc: [anvil.url], start, finality: { depth: 2 } },
        tokens: [{ address: issuer, symbol: 'TOK', decimals: 6 }],
      },
    ],
  })
  await one.own(one.file('own.csv', `address,kind,reference\n${dep},deposit,1\n${hot},hot,2\n`))
  return one
}

/** Alerts as `transaction listed_at_transfer role level`, with a transaction's name where it has one. */
function alerts(one: Project, names: Readonly<Record<string, string | undefined>>): string[] {
  const named = new Map(Object.entries(names).map(([name, hash]) => [hash, name]))
  return one
    .query<{ tx_hash: string | null; text: string }>(
      `select tx_hash, concat_ws(' ', role, listed_at_transfer, level, status) as text from alerts`,
    )
    .map(({ tx_hash, text }) => `${tx_hash === null ? 'none' : named.get(tx_hash)} ${text}`)
    .sort()
}

const ids = (one: Project) =>
  one.query('select id, subject, listed_on, listed_at_transfer, entry_address from alerts order by id')

describe('issuer freezes on a live anvil', () => {
  it('are found before the start, in a block and in a step; and only those of the issuer', async () => {
    await block(tether(early, true))
    await anvil.rpc('anvil_mine', '0x3')
    const start = (await height()) + 1
    const [before] = await block(deposit(late))
    const [frozen] = await block(deposit(early))
    const [, inBlock] = await block(circle(late, true), deposit(late))
    const [next] = await block(deposit(late))
    const [, release] = await block(circle(late, false), deposit(late))
    await block(deposit(late))
    await block(tether(slandered, true, stranger))
    await block(deposit(slandered))
    await block({ ...circle(late, true), data: freezeCall(blacklistedTopic, 'f'.repeat(64), true, true) })
    await block(tether(hot, true))
    await anvil.rpc('anvil_mine', '0x3')

    const one = await project(start)
    const list = (verdicts: { address: string; verdict: string }[]) => verdicts.map(({ verdict }) => verdict)
    await one.follow()
    const names = { before, frozen, inBlock, next, release }
    const found = [
      'frozen source yes high final',
      'inBlock source same-day high final',
      'next source yes high final',
      'none own high final',
      'release source yes high final',
    ]
    expect(alerts(one, names)).toEqual(found)
    expect(
      one.query(`select distinct list_id, category, subject, programs from alerts where tx_hash = ?`, frozen),
    ).toEqual([
      {
        ...{ list_id: 'issuer-freezes', category: 'issuer-freeze', programs: '[]' },
        subject: expect.stringMatching(new RegExp(`^Frozen by the issuer of TOK \\(${issuer}\\)$`, 'i')),
      },
    ])
    expect(one.query(`select what, reason from unscreened where what = 'freeze'`)).toEqual([
      { what: 'freeze', reason: expect.stringContaining(issuer.toLowerCase()) },
    ])

    const checks = await one.run('screen', early, late, slandered, '--json')
    expect(list(JSON.parse(checks.stdout) as [])).toEqual(['listed', 'clear', 'clear'])
    expect(checks.code).toBe(3)

    // Every freeze makes a list revision, and all of them are one line.
    expect((await one.run('coverage')).stdout).toMatch(
      new RegExp(`own revision *\\n *${start}–\\d+ +\\w+ +\\d+–\\d+ +1 *\\n`),
    )

    // Who follows from the beginning, and who replays, finds the same.
    const other = await project(0)
    await other.follow()
    expect(alerts(other, names)).toEqual(found)
    const third = await project(0)
    const replayed = await third.run('replay', 'anvil', '--from', '0', '--to', String((await height()) - 2))
    expect(replayed).toMatchObject({ code: 0, stderr: '' })
    expect(alerts(third, names)).toEqual(found)
    expect(ids(third)).toEqual(ids(other))
    expect(ids(other)).toEqual(ids(one))
  })

  it('are not hidden by a node that leaves their logs out: its block is refused, followed or past', async () => {
    await block(tether(early, true))
    const lying = await startProxy(anvil.url, (method, result) =>
      method === 'eth_getBlockReceipts'
        ? (result as { logs: { topics: string[] }[] }[]).map((receipt) => ({
            ...receipt,
            logs: receipt.logs.filter(({ topics: [topic] }) => topic !== addedBlackListTopic),
          }))
        : result,
    )
    const sourceAt = (url: string) => {
      const contracts = [issuer.toLowerCase()]
      const source = createEvmSource({
        ...{ url, chainId: 31337, tokens: [], freezeContracts: contracts, verify: 'strict' },
      })
      onTestFinished(() => source.close())
      return source
    }
    const refusal = {
      code: 'node-bad-answer',
      message: expect.stringContaining('fails verification: receiptsRoot'),
    }
    const [honest, liar] = [sourceAt(anvil.url), sourceAt(lying)]
    const at = await height()
    expect((await honest.block(at)).freezes).toMatchObject([{ change: 'frozen' }])
    expect((await honest.freezes?.read(at))?.freezes).toEqual((await honest.block(at)).freezes)
    await expect(liar.block(at)).rejects.toMatchObject(refusal)
    await expect(liar.freezes?.read(at)).rejects.toMatchObject(refusal)
  })

  it('are told of by the commands for lists', async () => {
    const one = await project((await height()) - 2, 0)
    const fresh = await one.run('lists', 'update')
    expect(fresh).toMatchObject({ code: 0, stderr: '' })
    expect(fresh.stdout).toBe(
      'issuer-freezes: read from anvil while `run` follows it; there is nothing to fetch.\n',
    )
    const doctor = await one.run('doctor')
    expect(doctor.stdout).toMatch(
      /warn +list issuer-freezes: was never loaded\n.*start the daemon: it reads the list from anvil/,
    )
    expect(doctor.stdout).toMatch(/ok +list issuer-freezes: TOK \(0x\w+\) says which accounts it froze/)
    expect(await one.run('screen', late)).toMatchObject({ code: 4 })
    const refused = [
      ['update', 'issuer-freezes'],
      ['import', 'issuer-freezes', one.config],
      ['preview', 'issuer-freezes', one.config],
    ]
    for (const args of refused) {
      expect(await one.run('lists', ...args)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(
          'List issuer-freezes is read from chain anvil while `run` follows it',
        ),
      })
    }
    await one.follow()
    const shown = await one.run('lists', 'show', 'issuer-freezes')
    expect(shown.stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
    const text = shown.stdout.replace(/\s+/g, ' ')
    expect(text).toContain(
      `issuer-freezes (token-blacklist, issuer-freeze) contract TOK ${issuer.toLowerCase()} on anvil from block 0; past freezes are read last checked 20`,
    )
    expect(text).toMatch(/activated past freezes by 0x\w+ are read: 3 accounts, 2 of them frozen /)
    for (const args of [
      ['diff', 'issuer-freezes'],
      ['approve', 'issuer-freezes', 'abc'],
    ]) {
      expect(await one.run('lists', ...args)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(
          'List issuer-freezes is read from a chain, block by block: it has no versions.',
        ),
      })
    }
    expect((await one.run('doctor')).stdout).toMatch(/ok +list issuer-freezes: 2 in force, checked/)
  })

  it('are undone by a reorg, and come back with the block that holds them again', async () => {
    const victim = '0x9999999999999999999999999999999999999999'
    await anvil.rpc('anvil_setBalance', victim, `0x1${ether.slice(2)}0`)
    await anvil.rpc('anvil_mine', '0x4')
    const start = (await height()) + 1
    const one = await project(start, start)
    const snapshot = await anvil.rpc('evm_snapshot')
    const [first] = await block(deposit(victim))
    await block(tether(victim, true))
    await one.follow()
    const frozen = () =>
      one.query<{ removed_on: string | null }>(
        'select removed_on from list_entries where address = ?',
        victim,
      )
    expect(frozen()).toEqual([{ removed_on: null }])
    expect(alerts(one, { first })).toEqual(['first source no high pending'])
    const before = ids(one)

    await anvil.rpc('evm_revert', snapshot)
    await block(deposit(victim))
    await block()
    await block()
    await one.follow()
    expect(frozen()).toEqual([])
    expect(one.query(`select kind from alert_events where kind = 'entry-removed'`)).toHaveLength(1)

    await block(tether(victim, true))
    await block(tether(victim, true))
    await one.follow()
    expect(frozen()).toEqual([{ removed_on: null }])
    expect(ids(one)).toEqual(before)
    expect(
      one.query(
        'select orphaned, count(*) as n from token_freezes where block_height > 0 group by orphaned order by orphaned',
      ),
    ).toMatchObject([{ orphaned: 0 }, { orphaned: 1, n: 1 }])
  })
})
