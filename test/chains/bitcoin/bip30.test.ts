import { describe, expect, it } from 'vitest'
import { newProject } from '../../e2e/project.ts'
import { sats } from './build-block.ts'
import { startFakeNode } from './fake-node.ts'
import { regtestChain } from './regtest-chain.ts'
import { p2wpkhOf } from './scripts.ts'

/** Mainnet's blocks 91812 and 91842 have one coinbase, and so have 91722 and 91880 (BIP 30). */
describe('a coinbase that is repeated in a later block', () => {
  it('is two movements, one in each block', async () => {
    const own = p2wpkhOf(Buffer.from('751e76e8199196d454941c45d1b3a323f1433bd6', 'hex'))
    const same = { coinbase: [{ script: own, value: sats(50) }], coinbaseHeight: 17 }
    const chain = regtestChain({}, same, {}, same)
    expect(chain[4]?.txids).toEqual(chain[2]?.txids)
    const { url } = await startFakeNode({ chain })
    const user = newProject({
      lists: [],
      chains: [{ id: 'btc', type: 'bitcoin', network: 'regtest', rpc: [url], start: 0, verify: 'off' }],
    })
    const address = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080'
    await user.own(user.file('own.csv', `address,kind,reference\n${address},deposit,mined\n`))
    await user.follow()
    const rows = user.query(
      `select t.hash, t.block_hash, x.direction, x.transfer, x.amount
       from transactions t join transfers x on x.transaction_id = t.id order by t.id`,
    )
    expect(rows).toEqual(
      [chain[2], chain[4]].map((block) => ({
        hash: block?.txids[0],
        block_hash: block?.hash,
        direction: 'deposit',
        transfer: 'vout:0',
        amount: '5000000000',
      })),
    )
  })
})
