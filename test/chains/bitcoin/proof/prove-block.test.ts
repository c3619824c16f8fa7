import { describe, expect, it } from 'vitest'
import { networkFacts } from '../../../../src/chains/bitcoin/networks.ts'
import { hashBlock } from '../../../../src/chains/bitcoin/proof/hash-block.ts'
import { proveBlock, subsidyAt, workFault } from '../../../../src/chains/bitcoin/proof/prove-block.ts'
import { rulesAt } from '../../../../src/chains/bitcoin/proof/revealed.ts'
import { scanBlock } from '../../../../src/chains/bitcoin/scanned-block.ts'
import { type BlockSpec, type BuiltBlock, buildBlock, sats } from '../build-block.ts'
import { rehash } from '../rehash.ts'
import { hash160, p2pkhOf, p2shOf, p2tr, p2wpkhOf, publicKey } from '../scripts.ts'

const alice = publicKey('alice')
const signature = Buffer.alloc(71, 0x30)
const redeem = Buffer.from([0x51])
const value = sats(1)
const outputs = [{ script: p2tr('bob'), value: sats(0.9) }]
const segwitSpend = { script: p2wpkhOf(hash160(alice)), value, witness: [signature, alice] }
const legacySpend = {
  script: p2pkhOf(hash160(alice)),
  value,
  scriptSig: Buffer.concat([Buffer.from([signature.length]), signature, Buffer.from([alice.length]), alice]),
}
const scriptSpend = { script: p2shOf(redeem), value, scriptSig: Buffer.from([1, ...redeem]) }
const sound: BlockSpec = {
  height: 700,
  coinbase: [{ script: p2tr('miner'), value: sats(3.125) }],
  txs: [segwitSpend, legacySpend, scriptSpend].map((input) => ({ inputs: [input], outputs })),
}

type Served = Pick<BuiltBlock, 'block' | 'spent' | 'hash'>

async function faults(
  { block, spent, hash }: Served,
  height = 700,
  network: 'regtest' | 'mainnet' = 'regtest',
) {
  const scanned = scanBlock({ block, spent }, hash)
  return proveBlock(
    scanned,
    height,
    networkFacts[network],
    await hashBlock(scanned, rulesAt(height, networkFacts[network])),
  ).faults
}

describe('a block', () => {
  it.each([0, 1, 2, 3, 4, 5, 12, 33])(
    'with %i transactions beside its coinbase proves true',
    async (count) => {
      const tx = { inputs: [segwitSpend], outputs }
      const built = buildBlock({ ...sound, txs: Array.from({ length: count }, () => tx) })
      expect(await faults(built)).toEqual([])
    },
  )

  it('with and without witnesses, of every script that shows its key, proves true', async () => {
    expect(await faults(buildBlock(sound))).toEqual([])
    expect(await faults(buildBlock({ ...sound, txs: sound.txs?.slice(1) ?? [] }))).toEqual([])
  })

  it('is refused with a transaction changed', async () => {
    const built = buildBlock(sound)
    const at = built.block.lastIndexOf(p2tr('bob')) - 9
    const block = Buffer.from(built.block)
    block[at] = (block[at] ?? 0) ^ 1
    expect(await faults({ ...built, block })).toContain('its transactions are not those of its merkle root')
  })

  it('is refused with its last transaction doubled, which leaves the merkle root as it is', async () => {
    const built = buildBlock({ ...sound, txs: sound.txs?.slice(1) ?? [] })
    const last = Buffer.from(built.hexes.at(-1) ?? '', 'hex')
    const block = Buffer.concat([
      built.block.subarray(0, 80),
      Buffer.from([4]),
      built.block.subarray(81),
      last,
    ])
    const spentOfLast = built.spent.subarray(built.spent.lastIndexOf(p2shOf(redeem)) - 10)
    const spent = Buffer.concat([Buffer.from([4]), built.spent.subarray(1), spentOfLast])
    expect(await faults({ ...built, block, spent })).toContain(
      'some of its transactions are there twice (CVE-2012-2459)',
    )
  })

  it('is refused with a witness changed, which no transaction id covers', async () => {
    const built = buildBlock(sound)
    const block = Buffer.from(built.block)
    block[block.indexOf(signature)] = 0x31
    expect(await faults({ ...built, block })).toEqual([
      'the witnesses are not those that its coinbase commits to',
    ])
  })

  it('is refused with witnesses and no commitment, or before segwit', async () => {
    const built = buildBlock(sound)
    const commitment = built.block.indexOf(Buffer.from('6a24aa21a9ed', 'hex'))
    const block = Buffer.from(built.block)
    block[commitment + 2] = 0
    expect(await faults(rehash({ ...built, block }))).toContain(
      'it has witnesses that nothing in it commits to',
    )
    expect(await faults(built, 200_000, 'mainnet')).toContain(
      'it has witnesses that nothing in it commits to',
    )
  })

  it('is refused with a commitment and no nonce for it', async () => {
    const commits = { script: Buffer.from(`6a24aa21a9ed${'00'.repeat(32)}`, 'hex'), value: 0n }
    const built = buildBlock({ ...sound, txs: [], coinbase: [commits] })
    expect(await faults(built)).toEqual([
      'its coinbase commits to witnesses, and lacks the 32 bytes that belong to it',
    ])
  })

  it('is refused whose coinbase names another height', async () => {
    expect(await faults(buildBlock(sound), 701)).toEqual(['its coinbase names another height'])
  })

  it('is refused with spent outputs that are worth less than what is paid out', async () => {
    const built = buildBlock(sound)
    const spent = Buffer.from(built.spent)
    spent.writeBigInt64LE(1n, spent.indexOf(p2wpkhOf(hash160(alice))) - 9)
    expect(await faults({ ...built, spent })).toEqual([
      'transaction 1 spends 1 satoshi and pays out 90000000',
    ])
  })

  it('is refused whose coinbase takes more than subsidy and fees', async () => {
    const greedy = [{ script: p2tr('miner'), value: sats(3.125) + sats(0.3) + 1n }]
    expect(await faults(buildBlock({ ...sound, coinbase: greedy }))).toEqual([
      'the coinbase takes 342500001 satoshi, subsidy and fees are 342500000',
    ])
  })

  it.each([
    ['P2WPKH', p2wpkhOf(hash160(alice))],
    ['P2PKH', p2pkhOf(hash160(alice))],
    ['P2SH', p2shOf(redeem)],
  ])('is refused with a spent %s that is not the one its input shows', async (_, script) => {
    const built = buildBlock(sound)
    const spent = Buffer.from(built.spent)
    const at = spent.indexOf(script) + 5
    spent[at] = (spent[at] ?? 0) ^ 1
    expect(await faults({ ...built, spent })).toEqual([
      expect.stringMatching(/^input 0 of transaction [0-9a-f]{64}: /),
    ])
  })
})

const { mainnet, regtest, signet, testnet4 } = networkFacts

describe('proof of work', () => {
  it.each([
    [mainnet, 0x1d00ffff],
    [testnet4, 0x1d00ffff],
    [signet, 0x1e0377ae],
    [regtest, 0x207fffff],
  ])('of the genesis block of each network is enough', (facts, bits) => {
    expect(workFault(facts.genesis, bits, facts)).toBeUndefined()
  })

  it('that does not meet its own bits is not', () => {
    expect(workFault(mainnet.genesis, 0x1b00ffff, mainnet)).toBe(
      'the hash does not meet its own bits 1b00ffff',
    )
  })

  it.each([mainnet, testnet4, signet])('of a block made for regtest is not enough elsewhere', (facts) => {
    expect(workFault(regtest.genesis, 0x207fffff, facts)).toBe(
      'bits 207fffff ask for less work than the network allows',
    )
  })

  it.each([0, 0x1d800001, 0x01003456])('with bits %i is none', (bits) => {
    expect(workFault(mainnet.genesis, bits, mainnet)).toMatch(/are no target$/)
  })
})

describe('the subsidy', () => {
  it.each([
    [0, 5_000_000_000],
    [209_999, 5_000_000_000],
    [210_000, 2_500_000_000],
    [840_000, 312_500_000],
    [6_929_999, 1],
    [6_930_000, 0],
    [100_000_000, 0],
  ])('at height %i is %i satoshi', (height, sats) => {
    expect(subsidyAt(height, networkFacts.mainnet)).toBe(sats)
  })

  it('halves every 150 blocks on regtest', () => {
    expect(subsidyAt(150, networkFacts.regtest)).toBe(2_500_000_000)
  })
})
