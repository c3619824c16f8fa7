import { type BlockSpec, type BuiltBlock, buildBlock } from './build-block.ts'

const genesisTx =
  '01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d010445' +
  '5468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f' +
  '6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a671' +
  '30b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf1' +
  '1d5fac00000000'
const genesisRoot = '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b'

/** Regtest's block 0, the one block here that real nodes have too. Source: Bitcoin Core, src/kernel/chainparams.cpp. */
export const regtestGenesis: BuiltBlock = {
  height: 0,
  hash: '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206',
  parentHash: '0'.repeat(64),
  time: 1_296_688_602,
  block: Buffer.concat([
    Buffer.from(`01000000${'00'.repeat(32)}`, 'hex'),
    Buffer.from(genesisRoot, 'hex').reverse(),
    Buffer.from(`dae5494dffff7f200200000001${genesisTx}`, 'hex'),
  ]),
  spent: Buffer.from('0100', 'hex'),
  verbose: `{"version":1,"merkleroot":"${genesisRoot}","time":1296688602,"nonce":2,"bits":"207fffff","tx":[{"hex":"${genesisTx}","vin":[{"coinbase":"04"}],"vout":[{"value":50.00000000}]}]}`,
  txids: [genesisRoot],
  hexes: [genesisTx],
}

/** A chain on top of it, one block for each spec. */
export function regtestChain(...specs: readonly Omit<BlockSpec, 'height' | 'parentHash'>[]): BuiltBlock[] {
  const chain = [regtestGenesis]
  for (const spec of specs) {
    const parentHash = chain.at(-1)?.hash ?? ''
    chain.push(buildBlock({ ...spec, height: chain.length, parentHash }))
  }
  return chain
}
