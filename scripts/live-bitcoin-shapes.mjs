// A regtest chain with every form of script and every shape of transaction, and the alerts that must come of it.

import { sha256 } from '@noble/hashes/sha2.js'
import { addressOf, keysOf, wif } from './live-bitcoin-keys.mjs'

const p2a = Buffer.from('51024e73', 'hex')
/** OP_TRUE OP_NOP: anybody's, of no known form. */
const nonstandard = Buffer.from('5161', 'hex')
const message = Buffer.from('6a0f636861696e73637265656e206c697665', 'hex')
const coin = 100_000_000

/**
 * @param consolidated how many inputs the consolidation has.
 * @returns `from`, `to`, own and listed addresses, and the `truth`.
 */
export async function makeShapes(node, consolidated) {
  const { rpc, mine } = node
  const { script, p2pk, bareMultisig, transaction } = keysOf(rpc)
  const miner = await script('wpkh(KEY)', 'miner')
  const minerText = addressOf(miner)
  const friend = await script('wpkh(KEY)', 'friend')
  const hot = await script('wpkh(KEY)', 'own hot')
  const cold = await script('tr(KEY)', 'own cold')
  const deposits = []
  for (let i = 0; i < 200; i++) deposits.push(await script('wpkh(KEY)', `own deposit ${i}`))
  const [first, second, third] = deposits

  // Who is listed, by the form that the list names, and other forms of the same keys.
  const listed = {
    p2pkh: await script('pkh(KEY)', 'listed one'),
    p2wpkh: await script('wpkh(KEY)', 'listed two'),
    p2sh: await script('sh(wpkh(KEY))', 'listed three'),
    p2tr: await script('tr(KEY)', 'listed four'),
    p2wsh: await script(`wsh(multi(1,KEY,${wif('beside')}))`, 'listed five'),
    multisig: await script(`sh(multi(1,KEY,${wif('beside')}))`, 'listed six'),
    payee: await script('wpkh(KEY)', 'listed seven'),
  }
  const other = {
    'P2PK of a listed P2PKH': [await p2pk('listed one'), listed.p2pkh, 'same-key'],
    'uncompressed P2PK of a listed P2WPKH': [await p2pk('listed two', false), listed.p2wpkh, 'same-key'],
    'uncompressed P2PKH of a listed P2WPKH': [
      await script('pkh(KEY)', 'listed two', false),
      listed.p2wpkh,
      'same-key',
    ],
    'P2WPKH of a listed P2PKH': [await script('wpkh(KEY)', 'listed one'), listed.p2pkh, 'same-key'],
    'P2SH-P2WPKH of a listed P2PKH': [await script('sh(wpkh(KEY))', 'listed one'), listed.p2pkh, 'same-key'],
    'bare multisig with a listed key': [await bareMultisig('listed one', 'beside'), listed.p2pkh, 'same-key'],
    'P2SH multisig that shows a listed key': [
      await script(`sh(multi(1,KEY,${wif('next to')}))`, 'listed one'),
      listed.p2pkh,
      'same-key',
    ],
    'P2WSH multisig that shows a listed key': [
      await script(`wsh(multi(1,KEY,${wif('next to')}))`, 'listed two'),
      listed.p2wpkh,
      'same-key',
    ],
    'P2SH-P2WSH of a listed P2WSH': [
      await script(`sh(wsh(multi(1,KEY,${wif('beside')})))`, 'listed five'),
      listed.p2wsh,
      'same-script',
    ],
  }
  /** Forms that hide their key: as a payee they are only what they are. */
  const hiding = new Set([
    'uncompressed P2PKH of a listed P2WPKH',
    'P2SH multisig that shows a listed key',
    'P2WSH multisig that shows a listed key',
  ])

  const truth = []
  const expect = (name, tx, fields) => {
    const { entry, match = 'exact', role, tags = [], amount, ...rest } = fields
    const low = role === 'co-recipient' || tags.length > 0
    const level = low
      ? 'low'
      : match === 'exact' && (role === 'source' || role === 'destination')
        ? 'high'
        : 'medium'
    truth.push({
      name,
      txHash: tx.txid,
      role,
      match,
      entry: addressOf(entry),
      tags,
      level,
      amount: String(amount),
      ...rest,
    })
  }
  const deposit = (name, tx, vout, entry, more = {}) =>
    expect(name, tx, {
      direction: 'deposit',
      transfer: `vout:${vout}`,
      role: 'source',
      entry,
      amount: tx.outputs[vout][1],
      ...more,
    })
  const withdrawal = (name, tx, vout, entry, more = {}) =>
    expect(name, tx, {
      direction: 'withdrawal',
      transfer: `vout:${vout}`,
      role: 'destination',
      entry,
      amount: tx.outputs[vout][1],
      ...more,
    })

  // Coins, and purses for everybody; ours come from the miner, who is clean. Listed ones apart: they would be co-recipients.
  const coins = []
  for (let height = 1; height <= 120; height++) {
    const { coinbase } = await mine(minerText)
    coins.push({ txid: coinbase.txid, outputs: [[miner, 50 * coin]] })
  }
  let nextCoin = 0
  const fund = async (holders, each) => {
    const outputs = holders.map((to) => [to, each])
    return transaction(
      [{ tx: coins[nextCoin++], vout: 0 }],
      [...outputs, [miner, 50 * coin - each * holders.length - 100_000]],
    )
  }
  const ours = await fund([hot, hot, hot, hot, hot, hot, hot], 2 * coin)
  const small = await fund(
    Array.from({ length: consolidated }, (_, i) => deposits[i % deposits.length]),
    1_000_000,
  )
  const theirs = Object.values(listed).flatMap((to) => [to, to, to])
  const others = Object.values(other).map(([to]) => to)
  const foreign = await fund([...theirs, ...others, friend, friend, p2a, nonstandard], coin)
  const from = (await mine(minerText, [ours, small, foreign])).height
  let hots = 0
  const ownCoin = () => ({ tx: ours, vout: hots++ })
  const used = new Map()
  const purse = (holder) => {
    const places = foreign.outputs.flatMap(([to], vout) => (to.equals(holder) ? [vout] : []))
    const nth = used.get(holder) ?? 0
    used.set(holder, nth + 1)
    return { tx: foreign, vout: places[nth] }
  }
  const rest = coin - 10_000

  // Deposits from every form.
  const paid = []
  for (const [form, holder] of Object.entries(listed)) {
    const tx = await transaction([purse(holder)], [[first, rest]])
    deposit(`deposit from a listed ${form}`, tx, 0, holder)
    paid.push(tx)
  }
  for (const [name, [holder, entry, match]] of Object.entries(other)) {
    const tx = await transaction([purse(holder)], [[second, rest]])
    deposit(`deposit from ${name}`, tx, 0, entry, { match })
    paid.push(tx)
  }
  // From P2A and from a script of no known form: nothing is listed.
  paid.push(await transaction([purse(p2a), purse(nonstandard)], [[third, rest]]))
  await mine(minerText, paid)

  // Withdrawals to every form, in one transaction; P2A, OP_RETURN and a non-standard script beside.
  const payees = [...Object.values(listed), ...others, p2a, nonstandard]
  const everyForm = await transaction(
    [ownCoin()],
    [...payees.map((to, i) => [to, 1_000_000 + i]), [message, 0], [hot, coin]],
  )
  for (const [i, [form, to]] of Object.entries(listed).entries())
    withdrawal(`withdrawal to a listed ${form}`, everyForm, i, to)
  for (const [i, [name, [, entry, match]]] of Object.entries(other).entries()) {
    if (!hiding.has(name))
      withdrawal(`withdrawal to ${name}`, everyForm, Object.keys(listed).length + i, entry, { match })
  }

  // Batch payouts, and a consolidation.
  const strangers = (count, seed) =>
    Array.from({ length: count }, (_, i) => [
      Buffer.concat([Buffer.of(0, 20), sha256(Buffer.from(`${seed} ${i}`)).subarray(0, 20)]),
      10_000 + i,
    ])
  const batch300 = strangers(300, 'batch of 300')
  batch300[150] = [listed.payee, 70_000]
  const payout300 = await transaction([ownCoin()], [...batch300, [hot, coin]])
  withdrawal('batch payout of 300 outputs, one to a listed address', payout300, 150, listed.payee)
  const batch3000 = strangers(3000, 'batch of 3000')
  for (const [i, to] of [
    [0, listed.p2pkh],
    [1500, listed.payee],
    [2999, listed.p2tr],
  ])
    batch3000[i] = [to, 80_000 + i]
  const payout3000 = await transaction([ownCoin()], [...batch3000, [hot, coin]])
  for (const [i, to] of [
    [0, listed.p2pkh],
    [1500, listed.payee],
    [2999, listed.p2tr],
  ])
    withdrawal(`batch payout of 3,000 outputs, number ${i} to a listed address`, payout3000, i, to)
  const consolidation = await transaction(
    Array.from({ length: consolidated }, (_, vout) => ({ tx: small, vout })),
    [[cold, consolidated * 1_000_000 - 1_000_000]],
  )
  await mine(minerText, [everyForm, payout300, payout3000, consolidation])

  // Own and foreign inputs together.
  const payjoin = await transaction(
    [ownCoin(), purse(listed.p2wpkh)],
    [
      [hot, 2 * coin + 30_000_000],
      [friend, 69_000_000],
    ],
  )
  expect('payjoin: a listed input beside ours, and we gain', payjoin, {
    direction: 'deposit',
    transfer: 'tx',
    role: 'co-input',
    entry: listed.p2wpkh,
    amount: 30_000_000,
  })
  const coinjoin = await transaction(
    [ownCoin(), purse(listed.p2tr), purse(friend)],
    [[first, 99_000_000], ...strangers(2, 'coinjoin').map(([to]) => [to, 99_000_000]), [hot, coin]],
  )
  expect('coinjoin: a listed input beside ours', coinjoin, {
    direction: 'withdrawal',
    transfer: 'tx',
    role: 'co-input',
    entry: listed.p2tr,
    amount: 2 * 99_000_000,
  })
  // Several own outputs, a listed payee beside; dust; a message.
  const several = await transaction(
    [purse(listed.p2pkh)],
    [
      [first, 20_000_000],
      [second, 30_000_000],
      [third, 40_000_000],
    ],
  )
  for (const vout of [0, 1, 2])
    deposit(`several own outputs in one deposit, number ${vout}`, several, vout, listed.p2pkh)
  const beside = await transaction(
    [purse(friend)],
    [
      [first, 20_000_000],
      [listed.payee, 30_000_000],
    ],
  )
  expect('deposit of somebody who pays a listed address beside us', beside, {
    direction: 'deposit',
    transfer: 'tx',
    role: 'co-recipient',
    entry: listed.payee,
    amount: 20_000_000,
  })
  const dust = await transaction(
    [purse(listed.p2sh)],
    [
      [second, 546],
      [message, 0],
      [listed.p2sh, 99_000_000],
    ],
  )
  deposit('dust from a listed address, with a message', dust, 0, listed.p2sh, { tags: ['dust'] })
  await mine(minerText, [payjoin, coinjoin, several, beside, dust])
  // A block reward for us: nobody paid it.
  const { height: to } = await mine(addressOf(first))
  return {
    from,
    to,
    own: [hot, cold, ...deposits].map(addressOf),
    listed: Object.values(listed).map(addressOf),
    truth,
  }
}
