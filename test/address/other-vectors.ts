import type { Key } from '../../src/address/key.ts'

export interface AddressFact {
  text: string
  key: Key
  form: string
  /** Where it is not the text itself. */
  canonical?: string
  asset?: string
}

/** EIP-55's own examples (https://eips.ethereum.org/EIPS/eip-55). */
export const eip55 = [
  '0x52908400098527886E0F7030069857D2E4169EE7',
  '0x8617E340B3D01FA5F11F306F4090FD50E238070D',
  '0xde709f2102306220921060314715629080e2fb77',
  '0x27b1fdb04752bbc536007a920d24acb045561c26',
  '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
  '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
  '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
] as const

/**
 * Well-known addresses with what they stand for. Sources: the cashaddr specification's translations; Monero's
 * documentation and the address vectors of `monero-python` and `blockchain_utils`; xrpl.org's special addresses; the
 * USDT contract on Tron; Zcash's founders' reward; Solana's programs; OFAC's list of 2025-11-19 for the rest.
 */
export const otherAddresses: readonly AddressFact[] = [
  {
    text: 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t',
    key: 'tron:a614f803b6fd780986a42c78ec9c7f77e6ded13c',
    form: 'account',
  },
  {
    text: 'bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a',
    key: 'bitcoin-cash:76a91476a04053bda0a88bda5177b86a15c3b29f55987388ac',
    form: 'p2pkh',
  },
  {
    text: 'QR95SY3J9XWD2AP32XKYKTTR4CVCU7AS4Y0QVERFUY',
    key: 'bitcoin-cash:76a914cb481232299cd5743151ac4b2d63ae198e7bb0a988ac',
    form: 'p2pkh',
    canonical: 'bitcoincash:qr95sy3j9xwd2ap32xkykttr4cvcu7as4y0qverfuy',
  },
  {
    text: 'ppm2qsznhks23z7629mms6s4cwef74vcwvn0h829pq',
    key: 'bitcoin-cash:a91476a04053bda0a88bda5177b86a15c3b29f55987387',
    form: 'p2sh',
    canonical: 'bitcoincash:ppm2qsznhks23z7629mms6s4cwef74vcwvn0h829pq',
  },
  {
    text: 'pr6m7j9njldwwzlg9v7v53unlr4jkmx6eyvwc0uz5t',
    key: 'bitcoin-cash:a914f5bf48b397dae70be82b3cca4793f8eb2b6cdac987',
    form: 'p2sh',
    canonical: 'bchtest:pr6m7j9njldwwzlg9v7v53unlr4jkmx6eyvwc0uz5t',
  },
  {
    text: 'LNf2JDiuunBz7GMDKFYHN4rq5meXWxiwfb',
    key: 'litecoin:76a91425a624f1dfc63c373c9219298e5906d7007ba00388ac',
    form: 'p2pkh',
  },
  {
    text: 'QdCdgLrtMB5ssEt17xg5AfdCffpimhFPoN',
    key: 'litecoin:a914b60f8451c308d5785b9b78f27ff2f45812cef64587',
    form: 'p2sh',
  },
  {
    text: 'tltc1q7aqycqhe5vcsuau5u4w79zz79eladj893dlstn',
    key: 'litecoin:0014f7404c02f9a3310e7794e55de2885e2e7fd6c8e5',
    form: 'p2wpkh',
  },
  {
    text: 'ltc1qzvcgmntglcuv4smv3lzj6k8szcvsrmvk0phrr9wfq8w493r096ssm2fgsw',
    key: 'litecoin:002013308dcd68fe38cac36c8fc52d58f0161901ed96786e3195c901dd52c46f2ea1',
    form: 'p2wsh',
  },
  {
    text: 't3Vz22vK5z2LcKEdg16Yv4FFneEL1zg9ojd',
    key: 'zcash:a9147d46a730d31f97b1930d3368a967c309bd4d136a87',
    form: 'p2sh',
  },
  {
    text: '49Xgwx3RfyV3ZMEVyrUNuUMzgQ1WHjkWL5T6Xk7QaTszggbtPbRPEkZQau9yACYEmUCHPNrU2MBdnJf4s4xLK5AyLDP5ucd',
    key: 'monero:12d0a42991d6f8640f4aae2bd58e509f7d848a3daea4fce11a9ab57f925eef4ded3f741b80e6c1e28d0098a194d32e0f437428861bc03c8d698f6c3926eecdf2aa',
    form: 'standard',
  },
  {
    text: '4KEMxkrvHF13ZMEVyrUNuUMzgQ1WHjkWL5T6Xk7QaTszggbtPbRPEkZQau9yACYEmUCHPNrU2MBdnJf4s4xLK5AyVTr66Q8LFefPwwfA1t',
    key: 'monero:13d0a42991d6f8640f4aae2bd58e509f7d848a3daea4fce11a9ab57f925eef4ded3f741b80e6c1e28d0098a194d32e0f437428861bc03c8d698f6c3926eecdf2aa2b1a3c54591708cb',
    form: 'integrated',
  },
  {
    text: '85cqdW5fHGvUQzGXzrRUHf6P6AJjJrYxa25v351wNJCrS3p1g8wL1gk35HjxyQGGJPY3SygtnFxKjHtVcA7rAM1JBHukQod',
    key: 'monero:2a5386debf8e7f2ba3e52297b0ae7f02202b82ed4fee2dab067c35045422b7bb95c143ff0276ed790c6637cbb8c22994b996d6f104ff489a64f7345d702f05d95b',
    form: 'subaddress',
  },
  {
    text: 'A2GmyHHJ9jtUhPiwoAbR2tXU9LJu2U6fJjcsv3rxgkVRWU6tEYcn6C1NBc7wqCv5V7NW3zeYuzKf6RGGgZTFTpVC4QxAiAX',
    key: 'monero:35f0481b63cb937fa5960529247ebf6db627ff1b0bb88de9feccc3c504c16aa4b02c5ba76d22e48a7ea4ddabea3cce66808ba0cc91265371910f893962e977af1e',
    form: 'standard',
  },
  {
    text: '7B9w2xieXjhDumgPX39h1CAYELpsZ7Pe8Wqtr3pVL9jJ5gGDqgxjWt55gTYUCAuhahhM85ajEp6VbQfLDPETt4oT2ZRXa6n',
    key: 'monero:24eb175075a9b9dc4d2ecf442670e8cb3906d327a1dc85f1b26b6cc07f4a3fcd1bf62aaee854ac061bfb514b1f167712f137f294eacaf2d68d758cf8b8d2672a0d',
    form: 'subaddress',
  },
  {
    text: 'rrrrrrrrrrrrrrrrrrrrrhoLvTp',
    key: 'xrp:0000000000000000000000000000000000000000',
    form: 'account',
  },
  {
    text: 'rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh',
    key: 'xrp:b5f762798a53d543a014caf8b297cff8f2f937e8',
    form: 'account',
  },
  {
    text: '11111111111111111111111111111111',
    key: 'solana:0000000000000000000000000000000000000000000000000000000000000000',
    form: 'public-key',
  },
  {
    text: 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA',
    key: 'solana:06ddf6e1d765a193d9cbe146ceeb79ac1cb485ed5f5b37913a8cf5857eff00a9',
    form: 'public-key',
  },
]

/** One address of each family as OFAC publishes it, with the label it stands under. */
export const ofacAddresses: readonly (readonly [
  asset: string,
  text: string,
  family: string,
  form: string,
])[] = [
  ['USDT', '0x175d44451403Edf28469dF03A9280c1197ADb92c', 'evm', 'account'],
  ['USDT', 'TA3941uFAvmVibSkQ6fMJXxmaSNovX86mz', 'tron', 'account'],
  ['USDT', '16iWn2J1McqjToYLHSsAyS6En3QA8YQ91H', 'bitcoin', 'p2pkh'],
  ['USDT', '3E6ZCKRrsdPc35chA9Eftp1h3DLW18NFNV', 'bitcoin', 'p2sh'],
  ['XBT', 'TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq', 'tron', 'account'],
  ['XBT', 'bc1q05aktddf9ce4p7hh3stgsf253m4vweu7nkhtmw', 'bitcoin', 'p2wpkh'],
  ['XBT', 'bc1q4rzdtlt0uslyw86cp29sctl6ct29g9a95cuup7pn5md9ddj7xgmqpp5m73', 'bitcoin', 'p2wsh'],
  ['BSV', '12sjrrhoFEsedNRhtgwvvRqjFTh8fZTDX9', 'bitcoin', 'p2pkh'],
  ['BCH', '18M8bJWMzWHDBMxoLqjHHAffdRy4SrzkfB', 'bitcoin', 'p2pkh'],
  ['BCH', 'qpf2cphc5dkuclkqur7lhj2yuqq9pk3hmukle77vhq', 'bitcoin-cash', 'p2pkh'],
  ['LTC', 'M8yFL6SFC6TreATegTyuSYkDfDRbisdpT3', 'litecoin', 'p2sh'],
  ['DASH', 'XnPFsRWTaSgiVauosEwQ6dEitGYXgwznz2', 'dash', 'p2pkh'],
  ['ZEC', 't1MMXtBrSp1XG38Lx9cePcNUCJj5vdWfUWL', 'zcash', 'p2pkh'],
  ['XVG', 'DFFJhnQNZf8rf67tYnesPu7MuGUpYtzv7Z', 'verge', 'p2pkh'],
  ['BTG', 'GPwg61XoHqQPNmAucFACuQ5H9sGCDv9TpS', 'bitcoin-gold', 'p2pkh'],
  [
    'XMR',
    '49HqitRzdnhYjgTEAhgGpCfsjdTeMbUTU6cyR4JV1R7k2Eej9rGT8JpFiYDa4tZM6RZiFrHmMzgSrhHEqpDYKBe5B2ufNsL',
    'monero',
    'standard',
  ],
  ['XRP', 'rnXyVQzgxZe7TR1EPzTkGj2jxH4LMJYh66', 'xrp', 'account'],
  ['BNB', 'bnb136ns6lfw4zs5hg4n85vdthaad7hq5m4gtkgf23', 'bnb', 'account'],
  ['SOL', '42RLPACwZPx3vYYmxSueqsogfynBDqXK298EDsNoyoHi', 'solana', 'public-key'],
]
