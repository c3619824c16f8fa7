import { opStack } from './op-stack.ts'

export const opMainnet = opStack(10, 'OP Mainnet')
