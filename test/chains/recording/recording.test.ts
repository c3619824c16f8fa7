import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { loadRecording } from '../../../src/chains/recording/recording.ts'
import { tempDir } from '../../temp.ts'
import { demoBitcoin, demoEvm } from './demo.ts'

const lines = (path: string) => gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n')

/** What loading a file of these bytes says. */
async function loading(bytes: Buffer): Promise<unknown> {
  const path = join(tempDir(), 'broken.recording.jsonl.gz')
  writeFileSync(path, bytes)
  return loadRecording(path).then(
    () => 'no error',
    (error: unknown) => error,
  )
}

const loadingLines = (changed: readonly string[]) => loading(gzipSync(`${changed.join('\n')}\n`))

const badFile = (message: RegExp) => ({ code: 'bad-file', message: expect.stringMatching(message) })

describe('loadRecording', () => {
  it('reads the chains that ship with the project', async () => {
    const evm = await loadRecording(demoEvm)
    expect(evm.header).toMatchObject({ family: 'evm', chainId: 31337, caip2: 'eip155:31337' })
    expect(evm.views.map((view) => [view.from, view.hashes.length])).toEqual([
      [1, 22],
      [1, 26],
    ])
    const bitcoin = await loadRecording(demoBitcoin)
    expect(bitcoin.header).toMatchObject({ family: 'bitcoin', network: 'regtest' })
    expect(bitcoin.views.map((view) => [view.from, view.hashes.length])).toEqual([
      [111, 11],
      [111, 13],
    ])
  })

  it('refuses a file that is not there, not gzip, or cut off, and names it', async () => {
    await expect(loadRecording('/nowhere/x.gz')).rejects.toMatchObject(
      badFile(/^\/nowhere\/x\.gz can't be read: there is no such/),
    )
    expect(await loading(Buffer.from('hello'))).toMatchObject(badFile(/broken.*: not a gzip file/))
    expect(await loading(gzipSync(''))).toMatchObject(badFile(/the file is empty/))
    const whole = readFileSync(demoEvm)
    for (const size of [20, 5_000, whole.length - 1])
      expect(await loading(whole.subarray(0, size))).toMatchObject(
        badFile(/end early, the file is not complete/),
      )
    const damaged = Buffer.from(whole)
    damaged.fill(0xff, 9_000, 9_020)
    expect(await loading(damaged)).toMatchObject({ code: 'bad-file' })
  })

  it('refuses half a line and names it', async () => {
    const text = lines(demoEvm).slice(0, 3).join('\n')
    expect(await loading(gzipSync(text.slice(0, -40)))).toMatchObject(badFile(/line 3: the line is cut off/))
  })

  it('refuses a recording of a newer format, and a file of another kind', async () => {
    const [header = '', ...rest] = lines(demoEvm)
    const newer = header.replace('"version":1', '"version":2')
    expect(await loadingLines([newer, ...rest])).toMatchObject(
      badFile(/line 1: .*version 2.*update chainscreen/),
    )
    expect(await loadingLines(['{"some":"thing"}'])).toMatchObject(
      badFile(/line 1: not a chainscreen recording/),
    )
    expect(await loadingLines([header.replace('"evm"', '"solana"')])).toMatchObject(badFile(/line 1: family/))
  })

  it('refuses lines that are no JSON or have members it does not know', async () => {
    const all = lines(demoEvm)
    expect(await loadingLines([...all.slice(0, 4), '{"kind":'])).toMatchObject(
      badFile(/line 5: not valid JSON/),
    )
    expect(await loadingLines([...all.slice(0, 4), '{"kind":"wish"}'])).toMatchObject(badFile(/line 5: kind/))
    const more = (all[1] ?? '').replace('"kind"', '"extra":1,"kind"')
    expect(await loadingLines([all[0] ?? '', more])).toMatchObject(badFile(/line 2: .*extra/))
  })

  it('refuses a recording without a view, or with one whose blocks are not there or not linked', async () => {
    const all = lines(demoEvm)
    expect(await loadingLines(all.slice(0, 5))).toMatchObject(badFile(/no view of a chain/))
    expect(await loadingLines([...all.slice(0, 10), ...all.slice(11)])).toMatchObject(
      badFile(/line 24: the view names/),
    )
    const view = all.findIndex((line) => line.includes('"kind":"view"'))
    const swapped = all.with(view, (all[view] ?? '').replace('"from":1', '"from":2'))
    expect(await loadingLines(swapped)).toMatchObject(
      badFile(/line 25: the view has block .* its height is 1/),
    )
    expect(await loadingLines([all[0] ?? '', ...all.slice(2)])).toMatchObject(badFile(/genesis block is not/))
  })

  it('refuses a block whose answers are about another block, or do not fit together', async () => {
    const all = lines(demoEvm)
    const header = all[0] ?? ''
    const [third, fourth] = [JSON.parse(all[3] ?? ''), JSON.parse(all[4] ?? '')] as Record<string, string>[]
    const broken = (changes: object) => loadingLines([header, JSON.stringify({ ...third, ...changes })])
    expect(await broken({ block: fourth?.block })).toMatchObject(
      badFile(/line 2: block 2: `block` is another block/),
    )
    expect(await broken({ block: '[]' })).toMatchObject(badFile(/`block` is no block/))
    expect(await broken({ height: 9 })).toMatchObject(badFile(/another height/))
    expect(await broken({ receipts: '[]' })).toMatchObject(badFile(/5 transactions, but 0 receipts/))
    expect(await broken({ receipts: 'null' })).toMatchObject(badFile(/no list of receipts/))
    expect(await broken({ traces: '{}' })).toMatchObject(badFile(/`traces` is no list/))
  })

  it('refuses a Bitcoin block that does not hash to its hash', async () => {
    const [header = '', , line = ''] = lines(demoBitcoin)
    const block = JSON.parse(line) as { block: string; hash: string }
    const broken = (changes: object) => loadingLines([header, JSON.stringify({ ...block, ...changes })])
    const raw = Buffer.from(block.block, 'base64')
    raw.writeUInt8(raw.readUInt8(70) ^ 1, 70)
    expect(await broken({ block: raw.toString('base64') })).toMatchObject(
      badFile(/does not hash to the hash/),
    )
    expect(await broken({ block: '*' })).toMatchObject(badFile(/no base64/))
    expect(await broken({ parentHash: '0'.repeat(64) })).toMatchObject(badFile(/another parent/))
    expect(await broken({ spent: '?' })).toMatchObject(badFile(/`spent` is no base64/))
    expect(await broken({ header: '{"hash":"aa","height":1}' })).toMatchObject(
      badFile(/`header` is about another/),
    )
    expect(await broken({ verbose: 'x' })).toMatchObject(badFile(/`verbose` is no JSON/))
  })
})
