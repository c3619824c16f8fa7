import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { hashBlock } from '../../../../src/chains/bitcoin/proof/hash-block.ts'
import type { SpendsProof } from '../../../../src/chains/bitcoin/proof/spends.ts'
import { type ScannedBlock, scanBlock, transactionOf } from '../../../../src/chains/bitcoin/scanned-block.ts'
import type { OwnLookup } from '../../../../src/screening/types.ts'
import { buildBlock, type InputSpec, sats } from '../build-block.ts'
import { extractFrom } from '../extract.ts'
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

const whole = ({ block, spent, hash }: ReturnType<typeof buildBlock>) => scanBlock({ block, spent }, hash)

/** The rows for whoever has these addresses. */
const rowsOf = (block: ScannedBlock, { unverified }: SpendsProof, own: OwnLookup) =>
  extractFrom(block, own, unverified).unscreened

/** What comes of an input that is served as the spend of another script. */
async function served(input: InputSpec, script: Uint8Array) {
  const honest = buildBlock({ height: 300, txs: [{ inputs: [input], outputs }] })
  const lying = buildBlock({ height: 300, txs: [{ inputs: [{ ...input, script }], outputs }] })
  const block = whole({ ...honest, spent: lying.spent })
  const { spends } = await hashBlock(block, { segwit: true, taproot: true })
  return { block, spends: spends as SpendsProof }
}

describe('an input that is what it is said to be', () => {
  it.each(Object.entries({ ...showing, ...silent }))(
    '%s is neither refused nor unverified',
    async (_, input) => {
      const { spends } = await served(input, input.script)
      expect(spends).toEqual({ fault: null, faults: 0, unverified: [] })
    },
  )

  it('is found among thousands of all kinds', async () => {
    const all = Object.values({ ...showing, ...silent })
    const inputs = Array.from({ length: 2000 }, (_, i) => all[i % all.length] as InputSpec)
    const txs = [
      { inputs, outputs },
      { inputs: [...inputs].reverse(), outputs },
    ]
    const { spends } = await hashBlock(whole(buildBlock({ height: 300, txs })), {
      segwit: true,
      taproot: true,
    })
    expect(spends).toEqual({ fault: null, faults: 0, unverified: [] })
  })
})

describe("somebody's spend of a form that shows a key or a script", () => {
  const named = {
    P2TR: p2tr('own'),
    P2PK: p2pk(publicKey('own')),
    'bare multisig': multisig([publicKey('own')]),
  }
  const cases = Object.entries(showing).flatMap(([form, input]) =>
    Object.entries(named).map(([own, script]) => ({ form, own, input, script })),
  )
  it.each(cases)('$form is refused where it is said to spend an own $own', async ({ input, script }) => {
    expect((await served(input, script)).spends.faults).toBe(1)
  })
})

describe('a spend of Taproot', () => {
  /** A tree of two leaves; this one has the unknown version 250. Source: BIP 341, wallet-test-vectors.json. */
  const leaf = Buffer.from('06424950333431', 'hex')
  const control = Buffer.from(
    'faee4fe085983462a184015d1f782d6a5f8b9c2b60130aff050ce221ecf3786592' +
      '8ad69ec7cf41c2a4001fd1f738bf1e505ce2277acdcaa63fe4765192497f47a7',
    'hex',
  )
  const input = {
    script: Buffer.from('5120712447206d7a5238acc7ff53fbe94a3b64539ad291c7cdbc490b7577e4b17df5', 'hex'),
    value,
    witness: [leaf, control],
  }
  const faultsOf = async (input: InputSpec, script = input.script) =>
    (await served(input, script)).spends.faults

  it('by a script of an unknown leaf version is taken where the output commits to it, and to it alone', async () => {
    expect(await faultsOf(input)).toBe(0)
    expect(await faultsOf({ ...input, witness: [...input.witness, annex] })).toBe(0)
    expect(await faultsOf(input, p2tr('other'))).toBe(1)
    expect(await faultsOf({ ...input, witness: [redeem, control] })).toBe(1)
    const otherParity = Buffer.from(control)
    otherParity[0] = (otherParity[0] ?? 0) ^ 1
    expect(await faultsOf({ ...input, witness: [leaf, otherParity] })).toBe(1)
  })

  it('without a witness, a signature or a control block of their lengths is refused', async () => {
    const script = p2tr('alice')
    const witnesses = [
      [Buffer.alloc(63)],
      [Buffer.alloc(0)],
      [schnorr, leaf, controlBlock.subarray(1)],
      [schnorr, Buffer.alloc(32, 0xc0)],
    ]
    for (const witness of witnesses) expect(await faultsOf({ script, value, witness })).toBe(1)
    expect(await faultsOf({ script, value })).toBe(1)
  })

  it("is anybody's before it was in force", async () => {
    const input = { script: p2tr('alice'), value }
    const block = whole(buildBlock({ height: 300, txs: [{ inputs: [input], outputs }] }))
    expect((await hashBlock(block, { segwit: true, taproot: false })).spends).toMatchObject({ faults: 0 })
  })
})

describe.each(Object.entries(showing))('an own %s that is spent', (form, input) => {
  it.each(Object.entries(lies))('is not hidden by naming %s instead', async (lie, script) => {
    const { block, spends } = await served(input, script)
    const refused = spends.faults > 0
    const rows = rowsOf(block, spends, ownSet(input.script))
    expect({ form, lie, silent: !refused && rows.length === 0 }).toEqual({ form, lie, silent: false })
    // Nobody else is troubled by it.
    expect(rowsOf(block, spends, ownSet(p2wpkh('somebody')))).toEqual([])
  })
})

describe('what is shown to a script that asks for nothing', () => {
  it('is a row where it is a key of ours, and refuses no block: anybody can make such an output', async () => {
    const theirs = { script: Buffer.of(0x6d, 0x51), value, scriptSig: pushes(Buffer.of(1, 2), alice) }
    const { block, spends } = await served(theirs, theirs.script)
    expect(spends.faults).toBe(0)
    expect(rowsOf(block, spends, ownSet(p2pkhOf(hash160(alice))))).toEqual([
      {
        what: 'unverified',
        reason: expect.stringMatching(/^input 0 shows what an own address/),
        txHash: transactionOf(block, 1).txid,
      },
    ])
  })
})

describe('before segwit', () => {
  it("a witness program is anybody's", async () => {
    const input = { script: p2wpkh('anybody'), value }
    const block = whole(buildBlock({ height: 300, txs: [{ inputs: [input], outputs }] }))
    expect((await hashBlock(block, { segwit: false, taproot: false })).spends).toMatchObject({
      faults: 0,
      unverified: [],
    })
    expect((await hashBlock(block, { segwit: true, taproot: true })).spends).toMatchObject({ faults: 1 })
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
    const { spends } = await hashBlock(whole({ ...honest, spent }), { segwit: true, taproot: true })
    expect(spends).toMatchObject({ faults: 500, fault: { tx: 1, input: 0 } })
  })
})
