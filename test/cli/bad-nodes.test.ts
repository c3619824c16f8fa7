import { describe, expect, it } from 'vitest'
import { startFakeNode as startBitcoinNode } from '../chains/bitcoin/fake-node.ts'
import { regtestChain } from '../chains/bitcoin/regtest-chain.ts'
import { healthyNode, rpcError, startFakeNode as startEvmNode } from '../chains/evm/fake-node.ts'
import { busyUser, refused } from './refusal.ts'

/** Nothing of these may ever be said. */
const secrets = /u5er|pa55word|pathkey|querykey|dTVlcjpwYTU1d29yZA/

function evmAt(url: string) {
  const { host } = new URL(url)
  const rpc = `http://u5er:pa55word@${host}/v2/pathkey1234?apikey=querykey`
  return { id: 'eth', type: 'evm', chainId: 1, rpc: [rpc], start: 7, timeout: '5s' }
}

const bitcoinAt = (url: string) => ({
  id: 'btc',
  type: 'bitcoin',
  network: 'regtest',
  rpc: [url],
  username: 'u5er',
  password: 'pa55word',
  start: 0,
})

/** A port where nobody listens any more. */
async function deadUrl(): Promise<string> {
  const node = await startBitcoinNode({ chain: regtestChain() })
  await node.close()
  return node.url
}

const once = ['run', '--once']

describe('an EVM node that can not be used', () => {
  it('does not answer: exit 75, restart me', async () => {
    const user = await busyUser({ chains: [evmAt(await deadUrl())] })
    await refused(user, once, {
      code: 75,
      says: /^The node at http:\/\/127\.0\.0\.1:\d+ refuses connections: it does not run, or this is not its RPC port\.$/,
    })
  })

  it('is of another chain: exit 2, the config is wrong', async () => {
    const node = await startEvmNode({ ...healthyNode(), eth_chainId: () => '0x89' })
    await refused(await busyUser({ chains: [evmAt(node.url)] }), once, {
      code: 2,
      says: /^The node at http:\/\/127\.0\.0\.1:\d+ serves chain id 137, but the config says chainId: 1: correct the one or the other\.$/,
    })
  })

  it('is still syncing: exit 75, and says how far it is', async () => {
    const syncing = { currentBlock: '0x10', highestBlock: '0x100' }
    const node = await startEvmNode({ ...healthyNode(), eth_syncing: () => syncing })
    await refused(await busyUser({ chains: [evmAt(node.url)] }), once, {
      code: 75,
      says: /^The node at http:\/\/127\.0\.0\.1:\d+ is still syncing \(block 16 of 256\): wait until it has caught up with its chain\.$/,
    })
  })
})

describe('a Bitcoin node that can not be used', () => {
  it('does not answer: exit 75, restart me', async () => {
    const user = await busyUser({ chains: [bitcoinAt(await deadUrl())] })
    await refused(user, once, {
      code: 75,
      says: /^The node at http:\/\/127\.0\.0\.1:\d+ refuses connections: it does not run, or this is not its RPC port\.$/,
    })
  })

  it('is of another network: exit 2, the config is wrong', async () => {
    const node = await startBitcoinNode({ chain: regtestChain(), chainName: 'signet' })
    await refused(await busyUser({ chains: [bitcoinAt(node.url)] }), once, {
      code: 2,
      says: /^The node at http:\/\/127\.0\.0\.1:\d+ follows the chain "signet", the config says network: regtest \("regtest"\); correct "network" or "rpc"\.$/,
    })
  })

  it('is still catching up: exit 75, and says how far it is', async () => {
    const node = await startBitcoinNode({ chain: regtestChain(), headers: 900 })
    await refused(await busyUser({ chains: [bitcoinAt(node.url)] }), once, {
      code: 75,
      says: /^The node at http:\/\/127\.0\.0\.1:\d+ is still catching up: it has 0 blocks of 900 headers\.$/,
    })
  })

  it('refuses the credentials: exit 75', async () => {
    const node = await startBitcoinNode({ chain: regtestChain(), credentials: 'somebody:else' })
    await refused(await busyUser({ chains: [bitcoinAt(node.url)] }), once, {
      code: 75,
      says: /^The node at http:\/\/127\.0\.0\.1:\d+ .*(credentials|username|password).*\.$/,
    })
  })
})

describe('whatever a node does', () => {
  it('no command says a word of the keys in its URL, at any log level', async () => {
    const echo = rpcError(-32000, 'no such key: pathkey1234, apikey=querykey, u5er:pa55word')
    const node = await startEvmNode({ ...healthyNode(), eth_getBlockByNumber: echo })
    const chains = [evmAt(node.url), bitcoinAt(await deadUrl())]
    const user = await busyUser({ chains, log: { level: 'trace' } })
    for (const args of [
      once,
      ['doctor'],
      ['doctor', '--json'],
      ['record', 'eth', '--from', '1', '--to', '2', '--out', `${user.dir}/r`],
    ]) {
      const { code, stdout, stderr } = await user.run(...args)
      expect(code, args.join(' ')).not.toBe(0)
      expect(stdout + stderr).toContain('127.0.0.1')
      expect(stdout + stderr).not.toMatch(secrets)
      if (args[0] !== 'doctor') expect(stdout).toBe('')
    }
  })

  it('is told by doctor, each node on its own, with the exit code of a failure', async () => {
    const chains = [
      evmAt(await deadUrl()),
      bitcoinAt((await startBitcoinNode({ chain: regtestChain() })).url),
    ]
    const user = await busyUser({ chains })
    const { code, stdout, stderr } = await user.run('doctor', '--json')
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    const checkups: { what: string; state: string }[] = JSON.parse(stdout)
    expect(Object.fromEntries(checkups.map(({ what, state }) => [what, state]))).toMatchObject({
      database: 'ok',
      'own addresses': 'ok',
      'list house': 'ok',
      'chain eth': 'fail',
      'chain btc': 'ok',
    })
  })
})
