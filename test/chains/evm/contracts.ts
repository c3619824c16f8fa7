import { transferTopic, unwrapTopic } from '../../../src/chains/evm/extract/event-words.ts'
import { initCodeOf } from './token.ts'

// Small contracts by hand. PUSH1 is 60; CALL (f1) takes gas, to, value, args offset and length, return offset and
// length from the top of the stack, DELEGATECALL (f4) and STATICCALL (fa) the same without value.

/** call(gas, calldataload(0), calldataload(32), 0, 0, 0, 0); pop */
const pay = '60006000600060006020356000355af150'
/** The same with the third and fourth word. */
const payToo = '60006000600060006060356040355af150'
/** staticcall(gas, 4, 0, 0, 0, 0); pop: the identity precompile. */
const askPrecompile = '600060006000600060045afa50'
/** calldatacopy(0, 32, calldatasize - 32) */
const copyRest = '602036036020600037'

/** Pays word 1 to the address in word 0. */
export const payer = initCodeOf(`${pay}00`)
/** Does so, and then reverts. */
export const regretter = initCodeOf(`${pay}60006000fd`)
/** Asks a precompile first. */
export const askingPayer = initCodeOf(`${askPrecompile}${pay}00`)
/** Pays two: word 1 to word 0, word 3 to word 2. */
export const disperser = initCodeOf(`${pay}${payToo}00`)
/** Calls the address in word 0 with the rest of its calldata and all its value, and does not mind a failure. */
export const forwarder = initCodeOf(`${copyRest}60006000602036036000346000355af15000`)
/** Runs the code of the address in word 0 with the rest of its calldata. */
export const delegator = initCodeOf(`${copyRest}600060006020360360006000355af45000`)
/** The same by CALLCODE, with word 1 as value: call(gas, word 0, word 1, 0, 0, 0, 0) */
export const callcoder = initCodeOf('60006000600060006020356000355af25000')
/** selfdestruct(calldataload(0)) */
export const suicider = initCodeOf('600035ff')
/** selfdestruct(address): in its own favour, which moves nothing. */
export const narcissist = initCodeOf('30ff')
/** Pays word 1 to the address in word 0 first. */
export const payingNarcissist = initCodeOf(`${pay}30ff`)
/** create(callvalue, 0, 0): a contract without code, with the value. */
export const creator = initCodeOf('6000600034f05000')

/**
 * A wrapped coin without balances. Of three words of calldata it writes the `Transfer`; of one it writes the `Withdrawal` of
 * its caller, and pays that.
 */
export const wrapper = initCodeOf(
  `36602014603a576040356000526020356000357f${transferTopic.slice(2)}60206000a300` +
    `5b600035600052337f${unwrapTopic.slice(2)}60206000a26000600060006000600035335af15000`,
)
/**
 * A router, by four words: makes the wrapper in word 0 move word 3 from word 1 to itself, unwraps it, and pays word 2. It
 * takes coins without calldata.
 */
export const unwrappingRouter = initCodeOf(
  '3615604d5760203560005230602052606035604052600060006060600060006000355af150' +
    '606035600052600060006020600060006000355af150' +
    '60006000600060006060356040355af150005b00',
)

/** Words of calldata. */
export function wordsOf(...values: readonly (string | bigint | number)[]): `0x${string}` {
  return `0x${values.map((value) => BigInt(value).toString(16).padStart(64, '0')).join('')}`
}

/** Calldata for `forwarder` and `delegator`: whom to call, and with what. */
export function through(target: string, data: string): `0x${string}` {
  return `${wordsOf(target)}${data.slice(2)}`
}
