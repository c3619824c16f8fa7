import { type ServedBlock, served } from './served-blocks.ts'

const zeros = (digits: number) => `0x${'0'.repeat(digits)}`

/** Block 274 of an OP stack test chain after Canyon: one deposit, of a system address. */
export const opBlock = (changes: object = {}): ServedBlock => {
  const blockHash = '0xfc70e073ec6e1bb7f387698e4be418d7b1ff2216f625cdf41e1b80fb08029ef5'
  const hash = '0x13a644af4f64ce801dcd57faa823e8952f2290b810fdd31995dda62977ed3df1'
  const input =
    '0x015d8eb90000000000000000000000000000000000000000000000000000000001267f33' +
    '0000000000000000000000000000000000000000000000000000000065da6073' +
    '000000000000000000000000000000000000000000000000000000075d3f8610' +
    '97c24796a4f639846a6a3ea3a59c11de8d89e11f551bae8feca9271a78926d42' +
    '0000000000000000000000000000000000000000000000000000000000000004' +
    '000000000000000000000000415c8893d514f9bc5211d36eeda4183226b84aa7' +
    '00000000000000000000000000000000000000000000000000000000000000bc' +
    '00000000000000000000000000000000000000000000000000000000000a6fe0'
  const tx = {
    ...{
      hash,
      blockHash,
      from: '0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001',
      gas: '0xf4240',
      gasPrice: '0x0',
    },
    ...{
      input,
      nonce: '0x111',
      to: '0x4200000000000000000000000000000000000015',
      value: '0x0',
      type: '0x7e',
    },
    ...{ v: '0x0', r: '0x0', s: '0x0', mint: '0x0', depositReceiptVersion: '0x1' },
    sourceHash: '0x5a1b66228a26547e2ce6fe1aa734d2c34e062e42ccd5710463e6987890f1ad5d',
    ...changes,
  }
  const block = {
    hash: blockHash,
    ...{ number: '0x112', timestamp: '0x65da607b', baseFeePerGas: '0x1418f329', difficulty: '0x0' },
    ...{ extraData: '0x', gasLimit: '0x1c9c380', gasUsed: '0xb76d', logsBloom: zeros(512), nonce: zeros(16) },
    miner: '0x4200000000000000000000000000000000000011',
    mixHash: '0x8bc8a48326d9309959f2452206c1c842be9fcc9840c789845caab9d290a9700c',
    parentHash: '0xcfbc479d5f63476538db9ff15295167a6e91ecc9d6cf54be471eded689c251c9',
    receiptsRoot: '0x8c303881b3e408cc739f55ef3e5133075d552cbec9ee987aff6b71f58cf291ee',
    sha3Uncles: '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347',
    stateRoot: '0x86be45fb7a22b8c12cbce8d538372b800377cc589de590b6d88f5f65dde97df8',
    transactionsRoot: '0xb01a2ad2c1ceb76f2edcdc02f2e0453c52e24c421fb04132cdfc0da5b70a593e',
    withdrawalsRoot: '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421',
    withdrawals: [],
    transactions: [tx],
  }
  const receipt = {
    ...{ transactionHash: hash, blockHash, type: '0x7e', status: '0x1', cumulativeGasUsed: '0xb76d' },
    ...{ logs: [], logsBloom: zeros(512), depositNonce: '0x111', depositReceiptVersion: '0x1' },
  }
  return served(block, [receipt])
}
