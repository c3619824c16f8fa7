// Makes data/chains/demo-bitcoin.*: a small regtest chain. On regtest any script can be paid, so there are
// withdrawals to the scripts of addresses that OFAC really lists; deposits from listed ones use a list of the
// demo's own. Beside them clean traffic, and a reorg. The same chain at every run.
//
//   npx tsc -p tsconfig.build.json && node scripts/make-demo-bitcoin.mjs BITCOIND [FOLDER]

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { networks, payments, address as text } from 'bitcoinjs-lib'
import { record } from '../dist/chains/recording/record.js'
import { startBitcoind } from './make-demo-bitcoin-node.mjs'

const [bitcoind, folder = fileURLToPath(new URL('../data/chains', import.meta.url))] = process.argv.slice(2)
if (bitcoind === undefined) throw new Error('usage: node scripts/make-demo-bitcoin.mjs BITCOIND [FOLDER]')

const node = await startBitcoind(bitcoind)
const { address, transaction, mine } = node
const truth = []
try {
  await story()
} finally {
  await node.stop()
}

async function story() {
  const templates = { p2pkh: 'pkh(KEY)', p2sh: 'sh(wpkh(KEY))', p2wpkh: 'wpkh(KEY)', p2tr: 'tr(KEY)' }
  const each = async (whose) => {
    const pairs = Object.entries(templates).map(async ([type, template]) => [
      type,
      await address(template, `${whose} ${type}`),
    ])
    return Object.fromEntries(await Promise.all(pairs))
  }
  const own = {
    ...(await each('own')),
    hot: await address('wpkh(KEY)', 'own hot'),
    cold: await address('tr(KEY)', 'own cold'),
  }
  const fictitious = await each('listed')
  const removed = await address('wpkh(KEY)', 'removed')
  const later = await address('wpkh(KEY)', 'listed later')
  // The same key as the listed P2PKH, in the form that the list does not name.
  const sameKey = await address('wpkh(KEY)', 'listed p2pkh')
  const clean = await address('wpkh(KEY)', 'clean')
  const friend = await address('pkh(KEY)', 'friend')
  const miner = await address('wpkh(KEY)', 'miner')

  /** On OFAC's SDN list on 2025-11-19, all published before 2023, with their scripts written for regtest. */
  const ofac = Object.fromEntries(
    Object.entries({
      p2pkh: '123WBUDmSJv4GctdVEz6Qq6z8nXSKrJ4KX',
      p2pkhToo: '1295rkVyNfFpqZpXvKGhDqwhP1jZcNNDMV',
      p2sh: '31p6woV4e55HUfC2aGynFhzQnGoJFW26cD',
      p2wpkh: 'bc1q202ajnhxgg9d9jjczmg0g4usp6haqldyy2eakl',
      p2wsh: 'bc1q4rzdtlt0uslyw86cp29sctl6ct29g9a95cuup7pn5md9ddj7xgmqpp5m73',
    }).map(([name, entry]) => {
      const script = text.toOutputScript(entry, networks.bitcoin)
      return [name, { entry, here: text.fromOutputScript(script, networks.regtest), script }]
    }),
  )
  const twin = payments.p2wpkh({
    hash: ofac.p2pkhToo.script.subarray(3, 23),
    network: networks.regtest,
  }).address

  /** Rows of the alerts table that a transaction must raise. */
  const expect = (tx, at, alerts) => {
    for (const { name, ...alert } of alerts) {
      const direction = alert.direction ?? (alert.role === 'source' ? 'deposit' : 'withdrawal')
      const level =
        alert.tags || alert.role === 'co-recipient'
          ? 'low'
          : alert.match || alert.role === 'co-input'
            ? 'medium'
            : 'high'
      truth.push({
        name,
        direction,
        txHash: tx.txid,
        asset: 'native',
        symbol: 'BTC',
        match: 'exact',
        level,
        status: 'current',
        listedAtTransfer: 'yes',
        tags: [],
        blockHeight: at.height,
        blockHash: at.hash,
        ...alert,
        amount: String(alert.amount),
      })
    }
  }
  const deposit = (name, transfer, to, amount, counterparty, more = {}) => ({
    name,
    role: 'source',
    transfer,
    own: to,
    amount,
    counterparty,
    list: 'demo',
    entry: counterparty,
    ...more,
  })
  const withdrawal = (name, transfer, party, amount, more = {}) => ({
    name,
    role: 'destination',
    transfer,
    own: own.hot,
    amount,
    counterparty: party.here,
    list: 'bundled',
    entry: party.entry,
    ...more,
  })

  // 1-110: nothing but new coins; the first ten can be spent now.
  const coins = []
  for (let height = 1; height <= 110; height += 1) coins.push((await mine(miner)).coinbase)

  // 111, the first recorded block: coins for everybody; for the hot wallet they are clean deposits.
  // Listed parties get theirs in a transaction of their own: beside our outputs they would be co-recipients.
  const purses = [
    [own.hot, clean],
    [own.hot, clean],
    [own.hot, clean],
    [own.hot, own.p2wpkh],
    [...Object.values(fictitious), sameKey, removed, later],
  ]
  const funding = []
  for (const [index, holders] of purses.entries()) {
    const outputs = holders.map((to, vout) => [to, 200_000_000 + vout * 1_000])
    funding.push(await transaction([{ tx: coins[index], vout: 0 }], outputs))
  }
  await mine(miner, funding)
  /** The nth coin that a holder got. */
  const purse = (holder, nth = 0) => {
    const tx = funding.filter((_, index) => purses[index].includes(holder))[nth]
    return { tx, vout: tx.outputs.findIndex(([to]) => to === holder) }
  }
  const worth = ({ tx, vout }) => tx.outputs[vout][1]
  /** Spends purses; what is left over a fee goes back to `change`. */
  const spend = (inputs, outputs, change) => {
    const sats = outputs.reduce((sum, [to, amount]) => sum + (to === 'data' ? 0 : amount), 0)
    const rest = inputs.reduce((sum, input) => sum + worth(input), 0) - sats - 2_000
    return transaction(inputs, change === undefined ? outputs : [...outputs, [change, rest]])
  }

  // 112: clean deposits to every type of address. 113: a block reward for us.
  const deposits = Object.keys(templates).map((type, index) => [own[type], 1_000_000 + index])
  const cleanDeposits = await spend([purse(clean)], deposits, clean)
  await mine(miner, [cleanDeposits])
  await mine(own.cold)

  // 114: deposits from listed addresses, one of each type.
  const fromListed = []
  for (const [type, to] of [
    ['p2pkh', own.p2wpkh],
    ['p2sh', own.p2sh],
    ['p2wpkh', own.p2tr],
    ['p2tr', own.p2pkh],
  ])
    fromListed.push({
      type,
      to,
      tx: await spend([purse(fictitious[type])], [[to, 150_000_000]], fictitious[type]),
    })
  let at = await mine(
    miner,
    fromListed.map(({ tx }) => tx),
  )
  for (const { type, to, tx } of fromListed)
    expect(tx, at, [deposit(`deposit from a listed ${type}`, 'vout:0', to, 150_000_000, fictitious[type])])

  // 115: one transaction, a clean and a listed input, two deposits; a removed and a later listed party; the same key.
  const change = (type) => ({ tx: fromListed.find((each) => each.type === type).tx, vout: 1 })
  const mixed = await spend(
    [purse(clean, 1), change('p2wpkh')],
    [
      [own.p2pkh, 30_000_000],
      [own.p2sh, 20_000_000],
    ],
    clean,
  )
  const fromRemoved = await spend([purse(removed)], [[own.p2tr, 10_000_000]], removed)
  const fromLater = await spend([purse(later)], [[own.p2tr, 11_000_000]], later)
  const fromSameKey = await spend([purse(sameKey)], [[own.p2wpkh, 12_000_000]], sameKey)
  at = await mine(miner, [mixed, fromRemoved, fromLater, fromSameKey])
  expect(mixed, at, [
    deposit(
      'deposit with a clean and a listed input, first output',
      'vout:0',
      own.p2pkh,
      30_000_000,
      fictitious.p2wpkh,
    ),
    deposit(
      'deposit with a clean and a listed input, second output',
      'vout:1',
      own.p2sh,
      20_000_000,
      fictitious.p2wpkh,
    ),
  ])
  expect(fromLater, at, [
    deposit('deposit from an address that was listed later', 'vout:0', own.p2tr, 11_000_000, later, {
      listedAtTransfer: 'no',
    }),
  ])
  expect(fromSameKey, at, [
    deposit('deposit from another form of a listed key', 'vout:0', own.p2wpkh, 12_000_000, sameKey, {
      match: 'same-key',
      entry: fictitious.p2pkh,
    }),
  ])

  // 116: withdrawals to OFAC-listed scripts, among clean ones, with change.
  const payout = await spend(
    [purse(own.hot)],
    [
      [friend, 5_000_000],
      [ofac.p2pkh.here, 6_000_000],
      [ofac.p2sh.here, 7_000_000],
    ],
    own.hot,
  )
  // The next one spends its change in the same block; the node signs only for coins it knows of.
  await node.rpc('sendrawtransaction', payout.hex)
  const segwitPayout = await spend(
    [{ tx: payout, vout: 3 }],
    [
      [ofac.p2wpkh.here, 8_000_000],
      [ofac.p2wsh.here, 9_000_000],
    ],
    own.hot,
  )
  at = await mine(miner, [payout, segwitPayout])
  expect(payout, at, [
    withdrawal('withdrawal to a P2PKH that OFAC lists', 'vout:1', ofac.p2pkh, 6_000_000),
    withdrawal('withdrawal to a P2SH that OFAC lists', 'vout:2', ofac.p2sh, 7_000_000),
  ])
  expect(segwitPayout, at, [
    withdrawal('withdrawal to a P2WPKH that OFAC lists', 'vout:0', ofac.p2wpkh, 8_000_000),
    withdrawal('withdrawal to a P2WSH that OFAC lists', 'vout:1', ofac.p2wsh, 9_000_000),
  ])

  // 117: another form of a listed key; dust with a message; a payer who pays a listed address beside us; a joint payment.
  const toTwin = await spend([{ tx: segwitPayout, vout: 2 }], [[twin, 10_000_000]], own.hot)
  const message = Buffer.from('chainscreen demo').toString('hex')
  const dust = await spend(
    [change('p2tr')],
    [
      [own.p2wpkh, 546],
      ['data', message],
    ],
    fictitious.p2tr,
  )
  const beside = await spend(
    [purse(clean, 2)],
    [
      [own.p2tr, 13_000_000],
      [ofac.p2pkhToo.here, 14_000_000],
    ],
    clean,
  )
  const joint = await spend(
    [purse(own.hot, 1), change('p2sh')],
    [[friend, worth(purse(own.hot, 1)) + 40_000_000]],
    clean,
  )
  at = await mine(miner, [toTwin, dust, beside, joint])
  expect(toTwin, at, [
    withdrawal(
      'withdrawal to the P2WPKH form of a P2PKH that OFAC lists',
      'vout:0',
      { here: twin, entry: ofac.p2pkhToo.entry },
      10_000_000,
      { match: 'same-key' },
    ),
  ])
  expect(dust, at, [
    deposit('dust with a message from a listed address', 'vout:0', own.p2wpkh, 546, fictitious.p2tr, {
      tags: ['dust'],
    }),
  ])
  expect(beside, at, [
    withdrawal(
      'clean deposit whose payer pays an OFAC-listed address beside us',
      'tx',
      ofac.p2pkhToo,
      13_000_000,
      {
        role: 'co-recipient',
        direction: 'deposit',
        own: own.p2tr,
      },
    ),
  ])
  expect(joint, at, [
    deposit(
      'withdrawal paid jointly with a listed address',
      'tx',
      own.hot,
      joint.outputs[0][1] + joint.outputs[1][1],
      fictitious.p2sh,
      {
        role: 'co-input',
        direction: 'withdrawal',
      },
    ),
  ])

  // 118: own to own, and a clean withdrawal. 119: the last common block.
  const sweep = await spend([purse(own.p2wpkh)], [[own.hot, 150_000_000]], own.cold)
  const cleanPayout = await spend([purse(own.hot, 2)], [[friend, 15_000_000]], own.hot)
  await mine(miner, [sweep, cleanPayout])
  await mine(miner)

  // 120, 121, the branch that loses: a withdrawal to a listed address, and a listed deposit that is mined again.
  const losing = await spend([purse(own.hot, 3)], [[ofac.p2pkh.here, 60_000_000]], own.hot)
  const again = await spend([change('p2pkh')], [[own.p2sh, 16_000_000]], fictitious.p2pkh)
  const first = await mine(miner, [losing])
  const second = await mine(miner, [again])
  expect(losing, first, [
    withdrawal(
      'withdrawal to an OFAC-listed address on the branch that lost',
      'vout:0',
      ofac.p2pkh,
      60_000_000,
      { status: 'orphaned' },
    ),
  ])

  // 120-123, the branch that wins: the same coins go elsewhere.
  await node.rpc('invalidateblock', first.hash)
  const winning = await spend([purse(own.hot, 3)], [[friend, 60_000_000]], own.hot)
  at = await mine(friend, [again])
  await mine(friend, [winning])
  await mine(friend)
  const head = await mine(friend)
  await node.rpc('reconsiderblock', first.hash)
  expect(again, at, [
    deposit(
      'deposit from a listed address, mined again on the branch that won',
      'vout:0',
      own.p2sh,
      16_000_000,
      fictitious.p2pkh,
      {
        reinstated: true,
        orphanedHash: second.hash,
      },
    ),
  ])

  const out = join(folder, 'demo-bitcoin.recording.jsonl.gz')
  const { url, cookie } = node
  const done = await record({
    family: 'bitcoin',
    url,
    auth: { cookie },
    from: 111,
    to: head.height,
    out,
    everything: true,
  })
  console.log(
    `${done.views} views, ${done.blocks} blocks, head ${done.head.height} ${done.head.hash}, missing: ${done.missing.join(', ') || 'nothing'}`,
  )

  const kind = (name) => (name === 'hot' || name === 'cold' ? name : 'deposit')
  const rows = Object.entries(own).map(([name, each]) => `${each},${kind(name)},demo-${name}\n`)
  writeFileSync(join(folder, 'demo-bitcoin.own.csv'), `address,kind,reference\n${rows.join('')}`)
  const source = 'https://example.org/demo-list'
  const parties = [
    ...Object.entries(fictitious).map(([type, each]) => [
      each,
      `Fictitious Party (${type})`,
      'DEMO',
      '2024-03-01',
      '',
      source,
    ]),
    [removed, 'Fictitious Party (removed)', 'DEMO', '2024-03-01', '2025-06-01', source],
    [later, 'Fictitious Party (listed later)', 'DEMO', '2025-12-15', '', source],
  ]
  const head0 = 'address,subject,program,listed_on,removed_on,source\n'
  writeFileSync(
    join(folder, 'demo-bitcoin.list.csv'),
    `${head0}${parties.map((row) => `${row.join(',')}\n`).join('')}`,
  )
  writeFileSync(
    join(folder, 'demo-bitcoin.json'),
    `${JSON.stringify({ network: 'regtest', firstBlock: 111 }, null, 2)}\n`,
  )
  writeFileSync(join(folder, 'demo-bitcoin.truth.json'), `${JSON.stringify({ alerts: truth }, null, 2)}\n`)
}
