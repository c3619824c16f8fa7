import { concat, type Hex, keccak256, numberToHex, stringToHex } from 'viem'
import { describe, expect, it } from 'vitest'
import { chainDefinition } from '../../../../src/chains/evm/definitions.ts'
import { proveSigners } from '../../../../src/chains/evm/proof/signers.ts'
import { keccak } from './keccak.ts'
import { opBlock } from './op-block.ts'
import { clean, demoBlocks, prove, type ServedBlock, served, wrongFields } from './served-blocks.ts'

const zeros = (digits: number): Hex => `0x${'0'.repeat(digits)}`
const [genesis, ...demo] = await demoBlocks()
const withLogs = demo.find(({ receipts }) => receipts.some(({ logs }) => logs.length > 0)) as ServedBlock
const add = ({ block, receipts }: ServedBlock, tx: object, receipt: object): ServedBlock => {
  const blockHash = block.hash
  const more = {
    hash: zeros(64),
    from: zeros(40),
    to: zeros(40),
    value: '0x0',
    input: '0x',
    blockHash,
    ...tx,
  }
  return served({ ...block, transactions: [...block.transactions, more] }, [
    ...receipts,
    {
      ...{ transactionHash: more.hash, blockHash, status: '0x1', contractAddress: null, logs: [] },
      ...{ cumulativeGasUsed: '0x0', logsBloom: zeros(512), ...receipt },
    },
  ])
}

describe('a transaction of an unknown type', () => {
  const block = add(withLogs, { type: '0x6a' }, { type: '0x6a' })

  it('leaves its block unproved, with a reason, and stops nothing', () => {
    const reason = 'transactions of a type not known to this version: 0x6a'
    expect(prove(block)).toEqual({
      mismatches: [],
      unproved: [`transactionsRoot: ${reason}`, `receiptsRoot: ${reason}`],
    })
    expect(proveSigners(block.block.transactions, [block.receipts.length - 1], {}, keccak)).toEqual({
      mismatches: [],
      unproved: [`transactions[].from: ${reason}`],
    })
  })

  it('does not hide a log that was dropped: the bloom of the header is still there', () => {
    const receipts = block.receipts.map((receipt) => ({ ...receipt, logs: [] }))
    expect(wrongFields(prove({ block: block.block, receipts }))).toEqual(['logsBloom'])
  })

  it('makes the bloom no proof where the header is not proved', () => {
    const receipts = block.receipts.map((receipt) => ({ ...receipt, logs: [] }))
    const proof = prove({ block: block.block, receipts }, { hash: 'made otherwise here' })
    expect(proof.mismatches).toMatchObject([{ field: 'logsBloom' }])
    const foreign = { ...block.block, mixHash: zeros(64) }
    expect(prove({ block: foreign, receipts }, { hash: 'made otherwise here' })).toEqual({
      mismatches: [],
      unproved: [
        'hash: made otherwise here',
        expect.stringMatching(/^transactionsRoot/),
        expect.stringMatching(/^receiptsRoot/),
        'logsBloom: its header is not proved',
      ],
    })
  })

  it('does not explain a receipt that says so alone', () => {
    const receipts = withLogs.receipts.map((receipt) => ({ ...receipt, type: '0x6a' }))
    expect(wrongFields(prove({ block: withLogs.block, receipts }))).toEqual(['receiptsRoot'])
  })

  it('is read as every receipt is, and may prove true', () => {
    // The last transaction of a block gets a type that nobody knows; its receipt stays what it is.
    const transactions = withLogs.block.transactions.with(-1, {
      ...withLogs.block.transactions.at(-1),
      type: '0x66',
    } as never)
    const proof = prove({ block: { ...withLogs.block, transactions }, receipts: withLogs.receipts })
    expect(proof.mismatches).toEqual([])
    expect(proof.unproved).toEqual([expect.stringMatching(/^transactionsRoot: .*0x66$/)])
  })
})

describe('the state-sync transaction of Bor', () => {
  const stateSync = ({ block }: ServedBlock): Hex =>
    keccak256(
      concat([
        stringToHex('matic-bor-receipt-'),
        numberToHex(Number(block.number), { size: 8 }),
        block.hash as Hex,
      ]),
    )

  it('leaves only itself unproved', () => {
    const hash = stateSync(withLogs)
    const block = add(withLogs, { type: '0x0', hash }, { transactionHash: hash })
    expect(prove(block)).toEqual({
      mismatches: [],
      unproved: ['transactionsRoot: the state-sync transaction of Bor is in no root'],
    })
    const receipts = block.receipts.with(0, { ...block.receipts[0], status: '0x0' } as never)
    expect(wrongFields(prove({ block: block.block, receipts }))).toEqual(['receiptsRoot'])
  })

  it('is told by its hash: another at the end of the block is one too many', () => {
    expect(
      wrongFields(
        prove(
          add(
            withLogs,
            { type: '0x0', gas: '0x0', gasPrice: '0x0', nonce: '0x0', v: '0x0', r: '0x0', s: '0x0' },
            {},
          ),
        ),
      ),
    ).toEqual(['transactionsRoot', 'receiptsRoot'])
  })
})

describe('what a chain is known for', () => {
  it('is in its definition, and explains only what fails', () => {
    const { unproved } = chainDefinition(43114)
    expect(prove(withLogs, unproved)).toEqual(clean)
    const changed = { ...withLogs.block, stateRoot: zeros(64) }
    expect(prove({ block: changed, receipts: withLogs.receipts }, unproved)).toEqual({
      mismatches: [],
      unproved: [`hash: ${unproved.hash}`],
    })
  })
})

describe('a chain that is not built like Ethereum', () => {
  it('may serve zero in place of roots: nothing is proved, and nothing refused', () => {
    const block = {
      ...withLogs.block,
      ...{
        transactionsRoot: zeros(64),
        receiptsRoot: zeros(64),
        logsBloom: zeros(512),
        l1BatchNumber: '0x1',
      },
    }
    expect(prove({ block, receipts: withLogs.receipts })).toEqual({
      mismatches: [],
      unproved: [
        'hash: header fields not known to this version: l1BatchNumber',
        'transactionsRoot: the header holds no such root',
        'receiptsRoot: the header holds no such root',
      ],
    })
  })

  it('may hash fields of its own in transactions of a known type', () => {
    const changes = { ethValue: '0x5', mint: '0x7' }
    expect(prove(opBlock(changes))).toEqual({
      mismatches: [],
      unproved: ['transactionsRoot: transaction fields not known to this version: ethValue'],
    })
    expect(proveSigners(opBlock(changes).block.transactions, [0], {}, keccak)).toEqual({
      mismatches: [],
      unproved: ['transactions[].hash: transaction fields not known to this version: ethValue'],
    })
    expect(prove(opBlock({ ethValue: '0x5' }))).toEqual(clean)
  })
})

describe('an empty block', () => {
  it('proves true', () => {
    expect(genesis?.receipts).toEqual([])
    expect(prove(genesis as ServedBlock)).toEqual(clean)
  })
})
