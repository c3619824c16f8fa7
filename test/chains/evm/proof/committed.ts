import type { ServedBlock } from './served-blocks.ts'

/** One hex value of a served block that its hash commits to. */
export interface Committed {
  path: string
  holder: Record<string, unknown>
  key: string
}

const header = [
  ...[
    'hash',
    'parentHash',
    'sha3Uncles',
    'miner',
    'stateRoot',
    'transactionsRoot',
    'receiptsRoot',
    'logsBloom',
  ],
  ...['difficulty', 'number', 'gasLimit', 'gasUsed', 'timestamp', 'extraData', 'mixHash', 'nonce'],
  ...[
    'baseFeePerGas',
    'withdrawalsRoot',
    'blobGasUsed',
    'excessBlobGas',
    'parentBeaconBlockRoot',
    'requestsHash',
  ],
]
const legacy = ['hash', 'nonce', 'gasPrice', 'gas', 'to', 'value', 'input', 'v', 'r', 's']
const dynamic = [
  ...['hash', 'chainId', 'nonce', 'maxPriorityFeePerGas', 'maxFeePerGas', 'gas', 'to', 'value', 'input'],
  ...['yParity', 'r', 's'],
]
const accessed = ['hash', 'chainId', 'nonce', 'gasPrice', 'gas', 'to', 'value', 'input', 'yParity', 'r', 's']
const ofType: Record<string, readonly string[]> = {
  '0x0': legacy,
  '0x1': accessed,
  '0x2': dynamic,
  '0x4': dynamic,
}

/** Every hex value that a block commits to, of the ones that are served and not empty. Types stand aside: see `types`. */
export function committedOf({ block, receipts }: ServedBlock): Committed[] {
  const found: Committed[] = []
  const add = (path: string, of: object, keys: readonly string[]) => {
    const holder = of as Record<string, unknown>
    for (const key of keys) {
      const value = holder[key]
      if (typeof value === 'string' && value.length > 2) found.push({ path: `${path}${key}`, holder, key })
    }
  }
  add('', block, header)
  for (const [i, tx] of block.transactions.entries()) {
    add(`transactions[${i}].`, tx, ofType[String((tx as { type?: string }).type)] ?? [])
    for (const [j, item] of ((tx as { accessList?: object[] }).accessList ?? []).entries()) {
      add(`transactions[${i}].accessList[${j}].`, item, ['address'])
      const { storageKeys } = item as { storageKeys: object }
      add(`transactions[${i}].accessList[${j}].storageKeys.`, storageKeys, Object.keys(storageKeys))
    }
    for (const [j, item] of ((tx as { authorizationList?: object[] }).authorizationList ?? []).entries())
      add(`transactions[${i}].authorizationList[${j}].`, item, [
        'chainId',
        'address',
        'nonce',
        'yParity',
        'r',
        's',
      ])
  }
  for (const [i, receipt] of receipts.entries()) {
    add(`receipts[${i}].`, receipt, ['status', 'cumulativeGasUsed', 'logsBloom'])
    if (!block.transactions[i]?.to) add(`receipts[${i}].`, receipt, ['contractAddress'])
    for (const [j, log] of receipt.logs.entries()) {
      add(`receipts[${i}].logs[${j}].`, log, ['address', 'data'])
      add(`receipts[${i}].logs[${j}].topics.`, log.topics, Object.keys(log.topics))
    }
  }
  for (const [i, withdrawal] of (block.withdrawals ?? []).entries())
    add(`withdrawals[${i}].`, withdrawal, ['index', 'validatorIndex', 'address', 'amount'])
  return found
}

/** Flips one bit of a value, runs, and puts the value back. */
export function withFlippedBit<T>(
  { holder, key }: Committed,
  position: number,
  bit: number,
  run: () => T,
): T {
  const value = String(holder[key])
  const at = 2 + (position % (value.length - 2))
  const digit = (Number.parseInt(value.charAt(at), 16) ^ (1 << (bit % 4))).toString(16)
  holder[key] = value.slice(0, at) + digit + value.slice(at + 1)
  try {
    return run()
  } finally {
    holder[key] = value
  }
}
