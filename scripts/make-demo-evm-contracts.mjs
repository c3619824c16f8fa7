// The contracts of the EVM demo chain, written in EVM assembly so that the project needs no compiler.
// https://ethereum.github.io/execution-specs/ and https://www.evm.codes describe the instructions.

const opcodes = {
  STOP: 0x00,
  ADD: 0x01,
  SUB: 0x03,
  GT: 0x11,
  EQ: 0x14,
  SHR: 0x1c,
  CALLER: 0x33,
  CALLDATALOAD: 0x35,
  CALLDATASIZE: 0x36,
  CALLDATACOPY: 0x37,
  CODECOPY: 0x39,
  MSTORE: 0x52,
  SLOAD: 0x54,
  SSTORE: 0x55,
  JUMP: 0x56,
  JUMPI: 0x57,
  JUMPDEST: 0x5b,
  PUSH0: 0x5f,
  DUP1: 0x80,
  DUP2: 0x81,
  DUP3: 0x82,
  DUP4: 0x83,
  DUP5: 0x84,
  LOG3: 0xa3,
  LOG4: 0xa4,
  RETURN: 0xf3,
  REVERT: 0xfd,
}

/** Hex of a program: words are instructions, `label:` marks a place, `@label` pushes it, hex literals are pushed whole. */
function assemble(source) {
  const words = source.replace(/;.*$/gm, '').split(/\s+/).filter(Boolean)
  const size = (word) => {
    if (word.startsWith('@')) return 3
    return word.startsWith('0x') ? word.length / 2 : 1
  }
  const labels = new Map()
  let at = 0
  for (const word of words) {
    if (word.endsWith(':')) labels.set(word.slice(0, -1), at)
    at += size(word)
  }
  const byte = (number) => number.toString(16).padStart(2, '0')
  return words
    .map((word) => {
      if (word.endsWith(':')) return byte(opcodes.JUMPDEST)
      if (word.startsWith('@')) return `61${labels.get(word.slice(1)).toString(16).padStart(4, '0')}`
      if (word.startsWith('0x')) return byte(0x5f + (word.length - 2) / 2) + word.slice(2)
      if (!(word in opcodes)) throw new Error(`no instruction ${word}`)
      return byte(opcodes[word])
    })
    .join('')
}

/** Creation code that installs a program: copies what follows it to memory and returns it. */
function creation(program) {
  const size = (program.length / 2).toString(16).padStart(4, '0')
  const prefix = (length) =>
    assemble(`0x${size} 0x${length.toString(16).padStart(2, '0')} PUSH0 CODECOPY 0x${size} PUSH0 RETURN`)
  return `0x${prefix(prefix(0).length / 2)}${program}`
}

const transferTopic = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'

/** An ERC-20 that keeps balances (slot = holder). No allowances: anybody may move anybody's tokens, and mint. */
export const token = creation(
  assemble(`
    PUSH0 CALLDATALOAD 0xe0 SHR
    DUP1 0xa9059cbb EQ @transfer JUMPI
    DUP1 0x23b872dd EQ @transferFrom JUMPI
    DUP1 0x40c10f19 EQ @mint JUMPI
    fail: PUSH0 PUSH0 REVERT
    transfer:     0x24 CALLDATALOAD 0x04 CALLDATALOAD CALLER @move JUMP
    transferFrom: 0x44 CALLDATALOAD 0x24 CALLDATALOAD 0x04 CALLDATALOAD @move JUMP
    mint:         0x24 CALLDATALOAD 0x04 CALLDATALOAD PUSH0 @credit JUMP
    ; stack from here on: value, to, from
    move:
      DUP1 SLOAD DUP4 GT @fail JUMPI
      DUP3 DUP2 SLOAD SUB DUP2 SSTORE
    credit:
      DUP3 DUP3 SLOAD ADD DUP3 SSTORE
      DUP3 PUSH0 MSTORE
      ${transferTopic} 0x20 PUSH0 LOG3
      0x01 PUSH0 MSTORE 0x20 PUSH0 RETURN
  `),
)

/** Emits the log it is given: one byte with the number of topics (3 or 4), the topics, the data. Stands for NFT contracts, and for fakes. */
export const logger = creation(
  assemble(`
    PUSH0 CALLDATALOAD 0xf8 SHR 0x04 EQ @four JUMPI
    0x61 CALLDATASIZE SUB DUP1 0x61 PUSH0 CALLDATACOPY
    0x41 CALLDATALOAD 0x21 CALLDATALOAD 0x01 CALLDATALOAD DUP4 PUSH0 LOG3 STOP
    four:
    0x81 CALLDATASIZE SUB DUP1 0x81 PUSH0 CALLDATACOPY
    0x61 CALLDATALOAD 0x41 CALLDATALOAD 0x21 CALLDATALOAD 0x01 CALLDATALOAD DUP5 PUSH0 LOG4 STOP
  `),
)

/** Refuses everything. */
export const refuser = creation(assemble('PUSH0 PUSH0 REVERT'))

const word = (value) => BigInt(value).toString(16).padStart(64, '0')

export const transferCall = (to, value) => `0xa9059cbb${word(to)}${word(value)}`
export const transferFromCall = (from, to, value) => `0x23b872dd${word(from)}${word(to)}${word(value)}`
export const mintCall = (to, value) => `0x40c10f19${word(to)}${word(value)}`

const log = (topics, data) =>
  `0x${topics.length.toString(16).padStart(2, '0')}${topics.map(word).join('')}${data.map(word).join('')}`

export const erc20Log = (from, to, value) => log([transferTopic, from, to], [value])
export const erc721Log = (from, to, id) => log([transferTopic, from, to, id], [])

/** TransferSingle(address indexed operator, address indexed from, address indexed to, uint256 id, uint256 value) */
export const erc1155SingleLog = (operator, from, to, id, value) =>
  log(['0xc3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62', operator, from, to], [id, value])

/** TransferBatch(address indexed operator, address indexed from, address indexed to, uint256[] ids, uint256[] values) */
export const erc1155BatchLog = (operator, from, to, ids, values) =>
  log(
    ['0x4a39dc06d4c0dbc64b70af90fd698a233a518aa5d07e595d983b8c0526c8f7fb', operator, from, to],
    [64, 96 + 32 * ids.length, ids.length, ...ids, values.length, ...values],
  )
