import type { Oddity } from '../oddity.ts'
import { typeOf } from '../transaction-types.ts'
import type { RpcTransaction } from '../types.ts'

/** Fields of every transaction, which are read, or are no address that it acts on. */
const common: ReadonlySet<string> = new Set(['hash', 'blockHash', 'from', 'to', 'input', 'data'])

/** So many values of a transaction are looked at: its fields are a stranger's, as deep and wide as he likes. */
const maxValues = 10_000

const addressText = /^0x[0-9a-f]{40}$/i

/**
 * What a transaction of a type that is not known names in fields of its own, such as the calls of Tempo's 0x76
 * (https://docs.tempo.xyz): value that it moves so may stand in no log.
 */
export function namedElsewhere(tx: RpcTransaction): Oddity {
  const about = new Set<string>()
  const open: unknown[] = Object.entries(tx).flatMap(([name, value]) => (common.has(name) ? [] : [value]))
  let looked = 0
  for (let value = open.pop(); value !== undefined && looked < maxValues; value = open.pop(), looked++) {
    if (typeof value === 'string' && addressText.test(value)) about.add(value.toLowerCase())
    else if (typeof value === 'object' && value !== null)
      for (const each of Object.values(value)) if (each !== undefined && each !== null) open.push(each)
  }
  const type = `0x${typeOf(tx).toString(16)}`
  return {
    what: 'transaction-type',
    reason: `it is of type ${type}, and names the address in a field that is not read`,
    about: looked < maxValues ? [...about] : null,
  }
}
