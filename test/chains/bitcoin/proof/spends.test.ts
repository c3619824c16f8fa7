import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { doubtsOf } from '../../../../src/chains/bitcoin/proof/doubts.ts'
import { hashBlock } from '../../../../src/chains/bitcoin/proof/hash-block.ts'
import type { SpendsProof } from '../../../../src/chains/bitcoin/proof/spends.ts'
import { ScannedBlock } from '../../../../src/chains/bitcoin/scanned-block.ts'
import { buildBlock, type InputSpec, sats } from '../build-block.ts'
import { ownSet } from '../own-set.ts'
import {
  digest,
  hash160,
  multisig,
  p2a,
  p2pk,
  p2pkh,
  p2pkhOf,
  p2shOf,
  p2tr,
  p2wpkh,
  p2wpkhOf,
  publicKey,
} from '../scripts.ts'

const value = sats(1)
const outputs = [{ script: p2tr('payee'), value: sats(0.9) }]
const alice = publicKey('alice')
const signature = Buffer.alloc(71, 0x30)
const schnorr = Buffer.alloc(64, 7)
const redeem = multisig([alice, publicKey('bob')])
const push = (bytes: Buffer) =>
  bytes.length < 0x4c
    ? Buffer.concat([Buffer.of(bytes.length), bytes])
    : Buffer.concat([Buffer.of(0x4c, bytes.length), bytes])
const pushes = (...items: Buffer[]) => Buffer.concat(items.map(push))
const p2wshOf = (script: Buffer) =>
  Buffer.concat([Buffer.of(0, 32), createHash('sha256').update(script).digest()])
const controlBlock = Buffer.concat([Buffer.of(0xc1), digest('internal', 32), digest('path', 32)])
const annex = Buffer.of(0x50, 1, 2)

/** Every form whose spend shows a key or a script. */
const showing: Record<string, InputSpec> = {
  P2PKH: { script: p2pkhOf(hash160(alice)), value, scriptSig: pushes(signature, alice) },
  'P2SH multisig': {
    script: p2shOf(redeem),
    value,
    scriptSig: Buffer.concat([Buffer.of(0), pushes(signature, redeem)]),
  },
  P2WPKH: { script: p2wpkhOf(hash160(alice)), value, witness: [signature, alice] },
  P2WSH: { script: p2wshOf(redeem), value, witness: [Buffer.alloc(0), signature, redeem] },
  'P2WSH of a key': { script: p2wshOf(p2pk(alice)), value, witness: [signature, p2pk(alice)] },
  'P2SH-P2WPKH': {
    script: p2shOf(p2wpkhOf(hash160(alice))),
    value,
    scriptSig: push(p2wpkhOf(hash160(alice))),
    witness: [signature, alice],
  },
  'P2SH-P2WSH': {
    script: p2shOf(p2wshOf(redeem)),
    value,
    scriptSig: push(p2wshOf(redeem)),
    witness: [Buffer.alloc(0), signature, redeem],
  },
}

/** Every form whose spend shows nothing to compare. */
const silent: Record<string, InputSpec> = {
  P2PK: { script: p2pk(alice), value, scriptSig: push(signature) },
  'bare multisig': { script: redeem, value, scriptSig: Buffer.concat([Buffer.of(0), push(signature)]) },
  'P2TR by key': { script: p2tr('alice'), value, witness: [schnorr] },
  'P2TR by key, with an annex': { script: p2tr('alice'), value, witness: [schnorr, annex] },
  'P2TR by script': { script: p2tr('alice'), value, witness: [schnorr, p2pk(alice), controlBlock] },
  'P2TR by script, with an annex': {
    script: p2tr('alice'),
    value,
    witness: [schnorr, p2pk(alice), controlBlock, annex],
  },
  P2A: { script: p2a, value },
  'non-standard, with nothing': { script: Buffer.of(0x51, 0x61), value },
  'non-standard, with a number': { script: Buffer.of(0x61), value, scriptSig: Buffer.of(0x51) },
  'P2SH of the empty script': { script: p2shOf(Buffer.alloc(0)), value, scriptSig: Buffer.of(0x51, 0) },
}

/** What a node can name instead. */
const lies: Record<string, Buffer> = {
  P2PKH: p2pkh('other'),
  P2SH: p2shOf(Buffer.of(0x51)),
  P2WPKH: p2wpkh('other'),
  P2WSH: p2wshOf(Buffer.of(0x51)),
  P2TR: p2tr('other'),
  'a witness program of version 2': Buffer.concat([Buffer.of(0x52, 32), digest('other', 32)]),
  P2A: p2a,
  P2PK: p2pk(publicKey('other')),
  'bare multisig': multisig([publicKey('other')]),
  'a script that anything spends': Buffer.of(0x6d, 0x51),
}

const whole = ({ block, spent, hash }: ReturnType<typeof buildBlock>) =>
  new ScannedBlock({ block, spent, received: 0 }, hash)

/** What comes of an input that is served as the spend of another script. */
async function served(input: InputSpec, script: Uint8Array) {
  const honest = buildBlock({ height: 300, txs: [{ inputs: [input], outputs }] })
  const lying = buildBlock({ height: 300, txs: [{ inputs: [{ ...input, script }], outputs }] })
  const block = whole({ ...honest, spent: lying.spent })
  const { spends } = await hashBlock(block, { segwit: true })
  return { block, spends: spends as SpendsProof }
}

describe('an input that is what it is said to be', () => {
  it.each(Object.entries({ ...showing, ...silent }))(
    '%s is neither refused nor doubted',
    async (_, input) => {
      const { spends } = await served(input, input.script)
      expect(spends).toEqual({ fault: null, faults: 0, doubts: [] })
    },
  )

  it('is found among thousands of all kinds', async () => {
    const all = Object.values({ ...showing, ...silent })
    const inputs = Array.from({ length: 2000 }, (_, i) => all[i % all.length] as InputSpec)
    const txs = [
      { inputs, outputs },
      { inputs: [...inputs].reverse(), outputs },
    ]
    const { spends } = await hashBlock(whole(buildBlock({ height: 300, txs })), { segwit: true })
    expect(spends).toEqual({ fault: null, faults: 0, doubts: [] })
  })
})

describe.each(Object.entries(showing))('an own %s that is spent', (form, input) => {
  it.each(Object.entries(lies))('is not hidden by naming %s instead', async (lie, script) => {
    const { block, spends } = await served(input, script)
    const refused = spends.faults > 0
    const doubts = doubtsOf(block, spends, ownSet(input.script))
    expect({ form, lie, silent: !refused && doubts.length === 0 }).toEqual({ form, lie, silent: false })
    // Nobody else is troubled by it.
    expect(doubtsOf(block, spends, ownSet(p2wpkh('somebody')))).toEqual([])
  })
})

describe('what is shown to a script that asks for nothing', () => {
  it('is a row where it is a key of ours, and refuses no block: anybody can make such an output', async () => {
    const theirs = { script: Buffer.of(0x6d, 0x51), value, scriptSig: pushes(Buffer.of(1, 2), alice) }
    const { block, spends } = await served(theirs, theirs.script)
    expect(spends.faults).toBe(0)
    expect(doubtsOf(block, spends, ownSet(p2pkhOf(hash160(alice))))).toEqual([
      {
        what: 'unverified',
        reason: expect.stringMatching(/^input 0 of transaction [0-9a-f]{64} shows what an own address/),
      },
    ])
  })
})

describe('before segwit', () => {
  it("a witness program is anybody's", async () => {
    const input = { script: p2wpkh('anybody'), value }
    const block = whole(buildBlock({ height: 300, txs: [{ inputs: [input], outputs }] }))
    expect((await hashBlock(block, { segwit: false })).spends).toMatchObject({ faults: 0, doubts: [] })
    expect((await hashBlock(block, { segwit: true })).spends).toMatchObject({ faults: 1 })
  })
})

describe('many inputs that prove false', () => {
  it('are one fault, with their number', async () => {
    const inputs = Array.from({ length: 500 }, () => showing.P2WPKH as InputSpec)
    const honest = buildBlock({ height: 300, txs: [{ inputs, outputs }] })
    const spent = Buffer.from(honest.spent)
    for (let at = 0; ; ) {
      at = spent.indexOf(p2wpkhOf(hash160(alice)), at)
      if (at === -1) break
      spent[at + 5] = 0
    }
    const { spends } = await hashBlock(whole({ ...honest, spent }), { segwit: true })
    expect(spends).toMatchObject({ faults: 500, fault: { tx: 1, input: 0 } })
  })
})
