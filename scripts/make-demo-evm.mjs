// Makes data/chains/demo-evm.*: a small EVM chain with value moving to and from addresses that OFAC really lists
// (anvil lets anybody send as anybody), clean traffic beside it, and a reorg. The same chain at every run.
//
//   npx tsc -p tsconfig.build.json && node scripts/make-demo-evm.mjs [FOLDER]

import { createHash } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getAddress, getContractAddress, parseEther } from 'viem'
import { record } from '../dist/chains/recording/record.js'
import * as contract from './make-demo-evm-contracts.mjs'
import { genesisTime, hex, startAnvil } from './make-demo-evm-node.mjs'

const folder = process.argv[2] ?? fileURLToPath(new URL('../data/chains', import.meta.url))

/** An address nobody has the key of, from a name. */
const made = (name) =>
  getAddress(`0x${createHash('sha256').update(`chainscreen demo: ${name}`).digest('hex').slice(0, 40)}`)
const [alice, bob, carol, mallory, deployer] = ['alice', 'bob', 'carol', 'mallory', 'deployer'].map(made)
const [token, nft, multi, fake, refuser] = [0n, 1n, 2n, 3n, 4n].map((nonce) =>
  getContractAddress({ from: deployer, nonce }),
)
const names = ['deposit1', 'deposit2', 'deposit3', 'deposit4', 'hot', 'cold']
const own = Object.fromEntries(names.map((name) => [name, made(name)]))
/** On OFAC's SDN list on 2025-11-19, all published before 2024; named by program or asset. */
const listed = Object.fromEntries(
  Object.entries({
    ronin: '0x098b716b8aaf21512996dc57eb0615e2383e2f96',
    roninToo: '0x3cffd56b47b7b41c56258d9c7731abadc360e073',
    ethUsdt: '0x19aa5fe80d33a56d56c78e82ea5e50e5d80b4dff',
    usdt: '0xfec8a60023265364d066a1212fde3930f6ae8da7',
    usdtToo: '0x38735f03b30fbc022ddd06abed01f0ca823c6a94',
    eth: '0x7f367cc41522ce07553e823bf3be79a889debe1b',
    ethToo: '0x8576acc5c05d6ce88f4e49bf65bdf0c62f91353c',
    arbitrum: '0x4f47bc496083c727c5fbe3ce9cdf2b0f6496270c',
  }).map(([name, address]) => [name, getAddress(address)]),
)

const usdx = (amount) => BigInt(amount) * 1_000_000n
const erc20 = (contract, symbol) => ({ transfer: 'log:0', asset: `erc20:${contract.toLowerCase()}`, symbol })
const USDX = erc20(token, 'USDX')
const item = (id, transfer) => ({
  transfer,
  asset: `erc1155:${multi.toLowerCase()}:${id}`,
  symbol: 'DEMO-ITEMS',
})
const pay = (from, to, ether) => ({ from, to, value: hex(parseEther(ether)) })
const call = (from, to, data) => ({ from, to, data })

/** Expected rows of the alerts table; see docs/alerts.md for the words. */
const truth = []
const expected =
  (direction, role) =>
  (at, index, name, ownAddress, counterparty, amount, more = {}) => {
    truth.push({
      name,
      direction,
      txHash: at.sent[index].hash,
      transfer: 'value',
      asset: 'native',
      symbol: 'ETH',
      own: ownAddress,
      counterparty,
      role,
      match: 'exact',
      level: more.tags ? 'low' : 'high',
      tags: [],
      listedAtTransfer: 'yes',
      status: 'current',
      list: 'bundled',
      entry: counterparty,
      blockHeight: at.height,
      blockHash: at.hash,
      ...more,
      amount: String(amount),
    })
  }
const deposit = expected('deposit', 'source')
const withdrawal = expected('withdrawal', 'destination')

const people = [...Object.values(own), ...Object.values(listed), alice, bob, carol, mallory, deployer]
const node = await startAnvil(people)
try {
  await story(node)
} finally {
  node.stop()
}

async function story({ mine, nonces, prepared, rpc }) {
  await rpc('anvil_setCoinbase', made('block builder'))
  // 1, 2: contracts, and tokens for everybody.
  const programs = [contract.token, contract.logger, contract.logger, contract.logger, contract.refuser]
  await mine(programs.map((data) => ({ from: deployer, data })))
  const holders = [alice, bob, own.hot, listed.usdt, listed.ethUsdt]
  await mine(holders.map((to) => call(deployer, token, contract.mintCall(to, usdx(10_000)))))

  // 3-6: clean deposits, sweeps (own to own) and withdrawals.
  await mine([pay(alice, own.deposit1, '1'), pay(bob, own.deposit2, '0.5')])
  await mine([call(alice, token, contract.transferCall(own.deposit3, usdx(250)))])
  await mine([
    pay(own.deposit1, own.hot, '0.9'),
    call(own.deposit3, token, contract.transferCall(own.hot, usdx(250))),
  ])
  await mine([
    pay(own.hot, bob, '2'),
    call(own.hot, token, contract.transferCall(carol, usdx(75))),
    pay(own.hot, own.cold, '100'),
  ])

  // 7-10: each way, native and token, with listed parties.
  let at = await mine([pay(alice, own.deposit1, '0.25'), pay(listed.ronin, own.deposit2, '1.5')])
  deposit(at, 1, 'native deposit from a listed address', own.deposit2, listed.ronin, parseEther('1.5'))
  at = await mine([pay(own.hot, listed.eth, '3'), pay(own.hot, carol, '1')])
  withdrawal(at, 0, 'native withdrawal to a listed address', own.hot, listed.eth, parseEther('3'))
  at = await mine([call(listed.usdt, token, contract.transferCall(own.deposit3, usdx(500)))])
  deposit(at, 0, 'token deposit from a listed address', own.deposit3, listed.usdt, usdx(500), USDX)
  at = await mine([call(own.hot, token, contract.transferCall(listed.usdtToo, usdx(1_200)))])
  withdrawal(at, 0, 'token withdrawal to a listed address', own.hot, listed.usdtToo, usdx(1_200), USDX)

  // 11: what failed moved nothing.
  const failing = [
    call(listed.ethUsdt, token, contract.transferCall(own.deposit1, usdx(10_001))),
    pay(listed.ronin, refuser, '1'),
  ]
  await mine(failing.map((tx) => ({ ...tx, gas: hex(100_000) })))

  // 12, 13: zero values, and a token nobody knows.
  at = await mine([
    pay(listed.ethToo, own.deposit1, '0'),
    call(mallory, token, contract.transferFromCall(listed.ethUsdt, own.deposit2, 0)),
  ])
  const zero = { tags: ['zero-value'] }
  deposit(at, 0, 'zero-value deposit from a listed address', own.deposit1, listed.ethToo, 0, zero)
  deposit(at, 1, 'zero-value transferFrom by somebody else', own.deposit2, listed.ethUsdt, 0, {
    ...USDX,
    ...zero,
  })
  at = await mine([call(mallory, fake, contract.erc20Log(listed.ethUsdt, own.deposit2, usdx(1_000_000)))])
  deposit(
    at,
    0,
    'event of an unknown token that claims a listed sender',
    own.deposit2,
    listed.ethUsdt,
    usdx(1_000_000),
    {
      ...erc20(fake, null),
      tags: ['unknown-asset'],
    },
  )

  // 14-16: NFTs.
  at = await mine([
    call(listed.arbitrum, nft, contract.erc721Log(listed.arbitrum, own.deposit4, 7)),
    call(alice, nft, contract.erc721Log(alice, own.deposit4, 8)),
  ])
  deposit(at, 0, 'ERC-721 deposit from a listed address', own.deposit4, listed.arbitrum, 1, {
    transfer: 'log:0',
    asset: `erc721:${nft.toLowerCase()}:7`,
    symbol: 'DEMO-NFT',
  })
  at = await mine([call(own.hot, multi, contract.erc1155SingleLog(own.hot, own.hot, listed.eth, 3, 5))])
  withdrawal(at, 0, 'ERC-1155 withdrawal to a listed address', own.hot, listed.eth, 5, item(3, 'log:0'))
  const batch = [listed.roninToo, listed.roninToo, own.deposit1, [1, 2], [10, 20]]
  at = await mine([call(listed.roninToo, multi, contract.erc1155BatchLog(...batch))])
  deposit(at, 0, 'ERC-1155 batch deposit, first id', own.deposit1, listed.roninToo, 10, item(1, 'log:0:0'))
  deposit(at, 0, 'ERC-1155 batch deposit, second id', own.deposit1, listed.roninToo, 20, item(2, 'log:0:1'))

  // 17: a listed address moves somebody else's tokens to us. 18, 19: clean; 19 is the last common block.
  at = await mine([call(listed.ethUsdt, token, contract.transferFromCall(alice, own.deposit3, usdx(40)))])
  deposit(at, 0, 'token deposit that a listed address initiated', own.deposit3, listed.ethUsdt, usdx(40), {
    ...USDX,
    role: 'initiator',
    level: 'medium',
  })
  await mine([pay(bob, own.deposit4, '0.75')])
  await mine([])

  // 20-22, the branch that loses: a withdrawal to a listed address, and a listed deposit that is mined again later.
  const [hotNonce, bobNonce] = [nonces.get(own.hot), nonces.get(bob)]
  await mine([pay(bob, own.deposit2, '0.1')])
  at = await mine([pay(own.hot, listed.ethToo, '4')])
  withdrawal(
    at,
    0,
    'withdrawal to a listed address on the branch that lost',
    own.hot,
    listed.ethToo,
    parseEther('4'),
    {
      status: 'orphaned',
    },
  )
  const lost = await mine([pay(listed.ethUsdt, own.deposit4, '2.25')])
  const out = join(folder, 'demo-evm.recording.jsonl.gz')
  rmSync(out, { force: true })
  await take(lost.height)

  // 20-26, the branch that wins: the deposit two blocks earlier, and another payment with the hot wallet's nonce.
  nonces.set(own.hot, hotNonce).set(bob, bobNonce)
  const [again] = lost.sent
  await rpc('anvil_reorg', 3, [
    [again.tx, 0],
    [prepared(pay(own.hot, carol, '4')), 1],
  ])
  const { blockNumber, blockHash } = await rpc('eth_getTransactionReceipt', again.hash)
  at = { height: Number(blockNumber), hash: blockHash, sent: [again] }
  const reinstated = { reinstated: true, orphanedHash: lost.hash }
  const name = 'deposit from a listed address, mined again on the branch that won'
  deposit(at, 0, name, own.deposit4, listed.ethUsdt, parseEther('2.25'), reinstated)
  for (const ether of ['0.1', '0.2', '0.3']) await mine([pay(alice, own.deposit1, ether)])
  const head = await mine([pay(alice, own.deposit2, '0.4')])
  await take(head.height)

  async function take(to) {
    const done = await record({
      family: 'evm',
      url: node.url,
      from: 1,
      to,
      out,
      append: true,
      everything: true,
    })
    const missing = done.missing.join(', ') || 'nothing'
    console.log(
      `${done.views} views, ${done.blocks} blocks, head ${to} ${done.head.hash}, missing: ${missing}`,
    )
  }
}

const kind = (name) => (names.indexOf(name) < 4 ? 'deposit' : name)
const rows = Object.entries(own).map(([name, address]) => `${address},${kind(name)},demo-${name}\n`)
// A deposit forwarder that refuses everything: value sent to it fails.
rows.push(`${refuser},forwarder,demo-forwarder\n`)
writeFileSync(join(folder, 'demo-evm.own.csv'), `address,kind,reference\n${rows.join('')}`)
const tokens = [
  { address: token, symbol: 'USDX', decimals: 6 },
  { address: nft, symbol: 'DEMO-NFT', decimals: 0 },
  { address: multi, symbol: 'DEMO-ITEMS', decimals: 0 },
]
writeJson('demo-evm.json', { chainId: 31337, genesisTime, firstBlock: 1, tokens })
writeJson('demo-evm.truth.json', { alerts: truth })

function writeJson(name, value) {
  writeFileSync(join(folder, name), `${JSON.stringify(value, null, 2)}\n`)
}
