import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AlertRow } from '../../src/ledger/alerts/alert-queries.ts'
import { type Anvil, startAnvil } from '../anvil.ts'
import { narcissist, payingNarcissist, wordsOf } from '../chains/evm/contracts.ts'
import { emitCall, emitterInitCode, reverterInitCode } from '../chains/evm/token.ts'
import { loadedProject, type Project } from './project.ts'
import { waitFor } from './wait-for.ts'

/** Three that OFAC lists, written as it does. */
const ronin = '0x098B716B8Aaf21512996dC57EB0615e2383E2f96'
const potekhin = '0x7F367cC41522cE07553e823bf3be79A889DEbe1B'
const suex = '0x19aa5fe80d33a56d56c78e82ea5e50e5d80b4dff'

const dep = '0x1111111111111111111111111111111111111111'
const hot = '0x2222222222222222222222222222222222222222'
const ether = 10n ** 18n

type Hex = `0x${string}`

/** What a person would read first. */
const shown = ({
  direction,
  role,
  own_address,
  entry_address,
  asset,
  amount,
  level,
  tags,
  status,
}: AlertRow) =>
  [direction, role, own_address.toLowerCase(), entry_address, asset, amount, level, tags, status].join(' ')

describe('a live anvil, end to end', () => {
  let anvil: Anvil
  let user: string
  let token: Hex
  let reverter: Hex

  beforeAll(async () => {
    // With epochs of one block, the finalized block lies two under the head.
    anvil = await startAnvil({ args: ['--auto-impersonate', '--slots-in-an-epoch', '1'] })
    user = (await anvil.rpc<string[]>('eth_accounts'))[0] ?? ''
    for (const rich of [ronin, potekhin, suex, hot])
      await anvil.rpc('anvil_setBalance', rich, `0x${(100n * ether).toString(16)}`)
    token = await deploy(emitterInitCode)
    reverter = await deploy(reverterInitCode)
  })

  afterAll(() => anvil?.stop())

  /** Sends as anybody; anvil mines a block for each. @returns the transaction's hash. */
  async function send(from: string, tx: { to?: string; value?: bigint; data?: string }): Promise<string> {
    const { value = 0n, ...rest } = tx
    const hash = await anvil.rpc<string>('eth_sendTransaction', {
      from,
      gas: '0x30d40',
      value: `0x${value.toString(16)}`,
      ...rest,
    })
    await anvil.receipt(hash)
    return hash
  }

  async function deploy(data: string): Promise<Hex> {
    const { contractAddress } = await anvil.receipt(await send(user, { data }))
    if (contractAddress === null) throw new Error('not deployed')
    return contractAddress
  }

  const tokenMove = (sender: string, from: string, to: string, value: bigint) =>
    send(sender, { to: token, data: emitCall(from, to, value) })

  /** A user of the bundled list, whose chain starts with the next block. */
  async function userAtTheTip(more: Readonly<Record<string, unknown>> = {}): Promise<Project> {
    const height = Number(await anvil.rpc<string>('eth_blockNumber'))
    const one = await loadedProject({
      lists: [{ id: 'ofac', file: 'bundled' }],
      chains: [
        {
          id: 'anvil',
          type: 'evm',
          chainId: 31337,
          rpc: [anvil.url],
          start: height + 1,
          poll: '50ms',
          finality: { depth: 2 },
          tokens: [{ address: token, symbol: 'TOK', decimals: 6 }],
        },
      ],
      ...more,
    })
    const rows = [`${dep},deposit,1`, `${reverter},forwarder,2`, `${hot},hot,3`]
    const own = one.file('own.csv', ['address,kind,reference', ...rows, ''].join('\n'))
    await one.own(own)
    return one
  }

  const alerts = (one: Project) => one.query<AlertRow>('select * from alerts order by block_height, id')
  const events = (one: Project, id: string | undefined) =>
    one
      .query<{ kind: string }>('select kind from alert_events where alert_id = ? order by seq', id)
      .map(({ kind }) => kind)

  it('goes on past contracts that destroy themselves in their own favour, and counts a payment once', async () => {
    const one = await userAtTheTip()
    const self = await deploy(narcissist)
    const paying = await deploy(payingNarcissist)
    await anvil.rpc('anvil_setBalance', paying, `0x${ether.toString(16)}`)
    await send(ronin, { to: dep, value: 5n })
    await send(ronin, { to: self })
    await send(ronin, { to: self, value: 6n })
    const told = await send(ronin, { to: paying, data: wordsOf(dep, 7) })
    await send(ronin, { to: dep, value: 8n })
    await one.follow()
    expect(one.query('select cursor_height from chains')).toEqual([
      { cursor_height: Number(await anvil.rpc<string>('eth_blockNumber')) },
    ])
    const raised = alerts(one).toSorted((a, b) => (String(a.transfer) < String(b.transfer) ? -1 : 1))
    expect(raised.map((row) => [row.transfer, row.amount, row.role, row.level, row.tags])).toEqual([
      ['trace:0', '7', 'initiator', 'medium', '[]'],
      ['trace:1', '7', 'initiator', 'low', '["doubtful"]'],
      ['value', '5', 'source', 'high', '[]'],
      ['value', '8', 'source', 'high', '[]'],
    ])
    expect(
      one.query(`select what, tx_hash from unscreened where what = 'traces' and tx_hash is not null`),
    ).toEqual([{ what: 'traces', tx_hash: told }])
    expect((await one.run('coverage')).stdout).toMatch(
      /gap \d+–\d+, of 1 transaction: traces: a self-destruct/,
    )
  })

  it('finds deposits and withdrawals of both kinds, tags what costs nothing, and leaves the rest alone', async () => {
    const one = await userAtTheTip()
    const sent = [
      await send(ronin, { to: dep, value: ether }),
      await send(hot, { to: potekhin, value: 2n * ether }),
      await tokenMove(suex, suex, dep, 7n),
      await tokenMove(hot, hot, ronin, 8n),
      await send(ronin, { to: dep }),
      await tokenMove(user, ronin, dep, 0n),
    ]
    const clean = [
      await send(ronin, { to: reverter, value: ether }),
      await send(user, { to: dep, value: 3n }),
      await send(hot, { to: user, value: 4n }),
      await tokenMove(user, user, dep, 5n),
      await send(ronin, { to: user, value: 6n }),
      await send(dep, { to: hot }),
    ]
    await one.follow()
    const erc20 = `erc20:${token}`
    const eth = ether.toString()
    expect(alerts(one).map(({ tx_hash }) => tx_hash)).toEqual(sent)
    expect(alerts(one).map(shown)).toEqual([
      `deposit source ${dep} ${ronin} native ${eth} high [] final`,
      `withdrawal destination ${hot} ${potekhin} native ${2n * ether} high [] final`,
      `deposit source ${dep} ${suex} ${erc20} 7 high [] final`,
      `withdrawal destination ${hot} ${ronin} ${erc20} 8 high [] final`,
      `deposit source ${dep} ${ronin} native 0 low ["zero-value"] final`,
      `deposit source ${dep} ${ronin} ${erc20} 0 low ["zero-value"] final`,
    ])
    expect(new Set(alerts(one).map((row) => row.listed_at_transfer))).toEqual(new Set(['yes']))
    const screened = one
      .query<{ hash: string }>('select hash from transactions order by block_height')
      .map(({ hash }) => hash)
    // Clean ones were seen; the failed one, the stranger's and the internal one move nothing to or from outside.
    expect(screened.filter((hash) => clean.includes(hash))).toEqual(clean.slice(1, 4))
  })

  it('makes an alert final once its block is deep enough, and the node calls it finalized', async () => {
    const one = await userAtTheTip()
    await send(ronin, { to: dep, value: 1n })
    await one.follow()
    expect(alerts(one)).toMatchObject([{ status: 'pending' }])
    await anvil.rpc('anvil_mine', '0x1')
    await one.follow()
    expect(alerts(one)).toMatchObject([{ status: 'pending' }])
    await anvil.rpc('anvil_mine', '0x1')
    await one.follow()
    expect(alerts(one)).toMatchObject([{ status: 'final' }])
    expect(events(one, alerts(one)[0]?.id)).toEqual(['created', 'final'])
  })

  it('takes an alert back when a reorg drops its block, and reinstates it when it is mined again', async () => {
    const one = await userAtTheTip()
    const nonce = await anvil.rpc<string>('eth_getTransactionCount', ronin, 'latest')
    const request = { from: ronin, to: dep, value: '0x5', gas: '0x30d40', nonce, gasPrice: '0x77359400' }
    const hash = await anvil.rpc<string>('eth_sendTransaction', request)
    await anvil.receipt(hash)
    await one.follow()
    const [first] = alerts(one)
    expect(first).toMatchObject({ tx_hash: hash, status: 'pending', amount: '5' })

    await anvil.rpc('anvil_reorg', 1, [])
    await one.follow()
    expect(alerts(one)).toMatchObject([{ id: first?.id, status: 'orphaned' }])
    const head = await anvil.rpc<{ hash: string }>('eth_getBlockByNumber', 'latest', false)
    expect(one.query('select cursor_hash from chains')).toEqual([{ cursor_hash: head.hash }])

    expect(await anvil.rpc<string>('eth_sendTransaction', request)).toBe(hash)
    await anvil.receipt(hash)
    await one.follow()
    expect(alerts(one)).toMatchObject([
      { id: first?.id, status: 'pending', block_height: (first?.block_height ?? 0) + 1 },
    ])
    expect(events(one, first?.id)).toEqual(['created', 'orphaned', 'reinstated'])
  })

  it('follows the tip until SIGTERM, lets nobody else follow, and leaves a whole database', async () => {
    const one = await userAtTheTip()
    const daemon = one.start(['run'])
    const firstTx = await send(ronin, { to: dep, value: 1n })
    await waitFor('the first alert', () => alerts(one).find(({ tx_hash }) => tx_hash === firstTx))

    const second = await one.run('run', '--once')
    expect(second).toEqual({
      code: 6,
      stdout: '',
      stderr: `Another chainscreen daemon (pid ${daemon.pid}) holds ${one.database}: stop it first, or use another database.\n`,
    })

    // An address that is added beside the daemon is looked for from the next block on.
    const added = '0x3333333333333333333333333333333333333333'
    expect(await one.run('own', 'add', added)).toMatchObject({ code: 0 })
    const secondTx = await send(suex, { to: added, value: 2n })
    await waitFor('the second alert', () => alerts(one).find(({ tx_hash }) => tx_hash === secondTx))

    daemon.child.kill('SIGTERM')
    expect(await daemon.done).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(one.query('pragma integrity_check')).toEqual([{ integrity_check: 'ok' }])
    expect(one.query('pragma foreign_key_check')).toEqual([])
    const [chain] = one.query<{ cursor_height: number; cursor_hash: string }>('select * from chains')
    const served = await anvil.rpc<{ hash: string }>(
      'eth_getBlockByNumber',
      `0x${chain?.cursor_height.toString(16)}`,
      false,
    )
    expect(chain?.cursor_hash).toBe(served.hash)
    expect(one.query('select max(to_height) as height from coverage')).toEqual([
      { height: chain?.cursor_height },
    ])

    const thirdTx = await send(potekhin, { to: dep, value: 3n })
    await one.follow()
    expect(alerts(one).map(({ tx_hash }) => tx_hash)).toEqual([firstTx, secondTx, thirdTx])
  })
})
