import { opStack } from './op-stack.ts'

export const base = opStack(8453, 'Base')
