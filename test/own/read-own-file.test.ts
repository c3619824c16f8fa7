import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ChainscreenError } from '../../src/diagnostics/errors.ts'
import type { KnownChains, OwnRow } from '../../src/own/own-row.ts'
import { type ReadOwnOptions, readOwnFile } from '../../src/own/read-own-file.ts'
import { tempDir } from '../temp.ts'

const chains: KnownChains = new Map([
  ['ethereum', 'evm'],
  ['bitcoin', 'bitcoin'],
])
const header = 'address,kind,reference'
const p2pkh = '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'
const p2wpkh = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'

function evm(index: number): string {
  return `0x${index.toString(16).padStart(40, '0')}`
}

function write(content: string | Buffer): string {
  const file = join(tempDir(), 'own.csv')
  writeFileSync(file, content)
  return file
}

async function read(content: string | Buffer, options: Partial<ReadOwnOptions> = {}): Promise<OwnRow[]> {
  const rows: OwnRow[] = []
  for await (const batch of readOwnFile(write(content), { chains, ...options })) rows.push(...batch)
  return rows
}

/** The error of a file, without its folder, and how many rows came before it. */
async function refusal(content: string | Buffer, options: Partial<ReadOwnOptions> = {}) {
  let rows = 0
  const file = write(content)
  try {
    for await (const batch of readOwnFile(file, { chains, ...options })) rows += batch.length
  } catch (error) {
    if (!(error instanceof ChainscreenError)) throw error
    const short = (text: string) => text.replaceAll(file, 'own.csv')
    return { rows, code: error.code, message: short(error.message), details: error.details.map(short) }
  }
  throw new Error('the file was accepted')
}

describe('readOwnFile', () => {
  it('reads addresses of both families with kind, reference, chain and line', async () => {
    const text = `address,kind,reference,chain
${evm(255)},deposit,user-1,ethereum
${p2pkh},hot,,bitcoin

${p2wpkh.toUpperCase()}, cold ,"a, ""b""",
${evm(1)},forwarder,u3,`
    expect(await read(text)).toEqual([
      {
        line: 2,
        key: `evm:${evm(255).slice(2)}`,
        text: evm(255),
        took: null,
        kind: 'deposit',
        reference: 'user-1',
        chain: 'ethereum',
      },
      {
        line: 3,
        key: expect.stringMatching(/^bitcoin:76a914.*88ac$/),
        text: p2pkh,
        took: null,
        kind: 'hot',
        reference: '',
        chain: 'bitcoin',
      },
      {
        line: 5,
        key: expect.stringMatching(/^bitcoin:0014/),
        text: p2wpkh.toUpperCase(),
        took: null,
        kind: 'cold',
        reference: 'a, "b"',
        chain: null,
      },
      {
        line: 6,
        key: `evm:${evm(1).slice(2)}`,
        text: evm(1),
        took: null,
        kind: 'forwarder',
        reference: 'u3',
        chain: null,
      },
    ])
  })

  it.each([
    ['columns in any order', `reference,Kind,ADDRESS\nr,hot,${evm(7)}\n`],
    ['a byte order mark and Windows line ends', `\ufeff${header}\r\n${evm(7)},hot,r\r\n`],
    ['rows that are empty', `${header}\n\n,,\n${evm(7)},hot,r\n\n`],
    ['white space around cells', ` address , kind,reference \n ${evm(7)} ,hot , r\n`],
  ])('takes %s', async (_, text) => {
    expect(await read(text)).toMatchObject([{ key: `evm:${evm(7).slice(2)}`, kind: 'hot', reference: 'r' }])
  })

  it('takes an address out of what wallets and explorers give, and says what that was', async () => {
    const text = `${header}
eth:${evm(255)},deposit,1
"\u00a0BITCOIN:${p2wpkh.toUpperCase()}?AMOUNT=1&LABEL=x",hot,2
https://etherscan.io/address/${evm(1)},deposit,3`
    const rows = await read(text)
    expect(rows.map(({ text, took }) => [text, took])).toEqual([
      [evm(255), 'an EIP-3770 address for eth'],
      [p2wpkh.toUpperCase(), 'a bitcoin: link (BIP 21)'],
      [evm(1), 'a link to a page'],
    ])
    expect(await refusal(`${header}\nvitalik.eth,deposit,1\n`)).toMatchObject({
      details: [expect.stringContaining('a name (ENS or such), and no address')],
    })
  })

  it('gives rows in batches, and tells how far it is', async () => {
    const lines = Array.from({ length: 25 }, (_, i) => `${evm(i)},deposit,${i}`)
    const file = write([header, ...lines].join('\n'))
    const sizes: number[] = []
    const progress: number[] = []
    let last = { bytes: 0, totalBytes: -1 }
    const options: ReadOwnOptions = {
      chains,
      batchSize: 10,
      onProgress: (now) => {
        progress.push(now.rows)
        last = now
      },
    }
    for await (const batch of readOwnFile(file, options)) sizes.push(batch.length)
    expect(sizes).toEqual([10, 10, 5])
    expect(progress).toEqual([10, 20, 25])
    expect(last.bytes).toBe(last.totalBytes)
  })

  it('gives an address as often as the file does', async () => {
    const row = `${evm(1)},hot,r`
    expect((await read([header, row, row].join('\n'))).map((r) => r.line)).toEqual([2, 3])
  })

  it('stops on its signal', async () => {
    const lines = Array.from({ length: 5 }, (_, i) => `${evm(i)},deposit,${i}`)
    const text = [header, ...lines].join('\n')
    expect(await refusal(text, { batchSize: 1, signal: AbortSignal.abort() })).toMatchObject({
      rows: 0,
      code: 'aborted',
    })
  })
})

describe('the header of a file of own addresses', () => {
  it.each([['nationality'], ['citizenship'], ['Country'], ['residence'], ['passport'], ['date_of_birth']])(
    'may not have a column %s',
    async (column) => {
      const { code, message, rows } = await refusal(`${header},${column}\n${evm(1)},hot,r,x`)
      expect({ code, rows }).toEqual({ code: 'bad-file', rows: 0 })
      expect(message).toContain('has a column (number 4 in line 1) that must not be there')
      expect(message.toLowerCase()).not.toContain(`"${column}"`)
      expect(message).toContain('never acts on nationality')
    },
  )

  it.each([
    [
      'address,kind,reference,note',
      'own.csv:1 has a column that is unknown (number 4), expected a first line of address,kind',
    ],
    ['address,kind', 'own.csv:1 has no column reference, expected'],
    ['address,kind,reference,kind', 'own.csv:1 has the column "kind" twice, expected'],
    ['address;kind;reference', 'own.csv:1 has columns that no comma separates, expected'],
    [`${evm(1)},hot,r`, 'own.csv:1 is no header, expected'],
    ['address,kind,reference,', 'own.csv:1 has a column that is unknown (number 4), expected'],
  ])('may not be %s', async (line, message) => {
    expect(await refusal(`${line}\n${evm(1)},hot,r`)).toMatchObject({
      code: 'bad-file',
      message: expect.stringContaining(message),
    })
  })

  it.each(['', '\n\n', `${header}\n`])('alone is no file of own addresses: %j', async (text) => {
    expect(await refusal(text)).toMatchObject({
      code: 'bad-file',
      message: expect.stringContaining('has no rows'),
    })
  })
})

describe('a bad row', () => {
  it.each([
    [`${evm(1).slice(0, 41)},hot,r`, "can't be read: "],
    ['0xdAC17F958D2ee523a2206206994597C13D831ec8,hot,r', "can't be read: "],
    [`${p2pkh.replace('A1', 'A2')},hot,r`, "can't be read: "],
    [',hot,r', "address can't be read: empty"],
    ['TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t,hot,r', "address can't be watched: it is of tron"],
    [`${evm(1)},Deposit,r`, 'kind is none, expected deposit, hot, cold, forwarder'],
    [`${evm(1)},,r`, 'kind is none, expected deposit, hot'],
    [`${evm(1)},hot,${'x'.repeat(201)}`, 'reference has 201 characters, expected at most 200'],
    [`${evm(1)},hot`, 'has 2 columns, expected 3 as in the header'],
    [`${evm(1)},hot,r,ethereum`, 'has 4 columns, expected 3 as in the header'],
  ])('is named by its line: %s', async (row, reason) => {
    const { code, message, details } = await refusal(`${header}\n${evm(9)},hot,r\n${row}\n`)
    expect(code).toBe('bad-file')
    expect(details).toEqual([expect.stringContaining(`own.csv:3 `)])
    expect(details[0]).toContain(reason)
    expect(message).toContain('own.csv has 1 bad row of 2, so nothing was loaded: own.csv:3 ')
  })

  it.each([
    [`${evm(1)},hot,r,polygon`, 'chain is not in the config, which has ethereum, bitcoin'],
    [`${evm(1)},hot,r,bitcoin`, 'chain bitcoin is of type bitcoin, and'],
  ])('is one whose chain does not fit: %s', async (row, reason) => {
    expect((await refusal(`${header},chain\n${row}\n`)).details).toEqual([
      expect.stringContaining(`own.csv:2 ${reason}`),
    ])
  })

  it('is looked for to the end of the file; twenty are named, the rest counted', async () => {
    const lines = Array.from({ length: 100 }, (_, i) => (i % 2 ? `${evm(i)},hot,r` : `nonsense${i},hot,r`))
    const { message, details } = await refusal([header, ...lines].join('\n'))
    expect(message).toContain('has 50 bad rows of 100')
    expect(details).toHaveLength(21)
    expect(details[0]).toContain('own.csv:2 ')
    expect(details[19]).toContain('own.csv:40 ')
    expect(details[20]).toBe('and 30 more')
  })

  it('lets no more batches come', async () => {
    const lines = Array.from({ length: 30 }, (_, i) => (i === 12 ? 'nonsense,hot,r' : `${evm(i)},hot,r`))
    expect((await refusal([header, ...lines].join('\n'), { batchSize: 10 })).rows).toBe(10)
  })

  it('is a reference that is not UTF-8', async () => {
    const latin1 = Buffer.from(`${header}\n${evm(1)},hot,M\u00fcller\n`, 'latin1')
    expect((await refusal(latin1)).details).toEqual(['own.csv:2 reference is not UTF-8 text'])
  })

  it('is one with a broken quote, after which nothing can be read', async () => {
    const { code, message } = await refusal(`${header}\n${evm(1)},hot,"open\n${evm(2)},hot,r\n`)
    expect(code).toBe('bad-file')
    expect(message).toMatch(/^own\.csv:\d+ is not CSV as expected .*check the quotes/)
  })

  it('is one without end: it does not fill the memory', async () => {
    expect(await refusal(`${header}\n"${'x'.repeat(300_000)}`)).toMatchObject({
      code: 'bad-file',
      message: expect.stringContaining('is not CSV'),
    })
  })
})

it('a file that is not there is named', async () => {
  const reading = readOwnFile('/no/such/own.csv', { chains }).next()
  await expect(reading).rejects.toMatchObject({
    code: 'bad-file',
    message: expect.stringContaining("/no/such/own.csv can't be read"),
  })
})

it('a folder is no file', async () => {
  const reading = readOwnFile(tempDir(), { chains }).next()
  await expect(reading).rejects.toMatchObject({ code: 'bad-file' })
})
