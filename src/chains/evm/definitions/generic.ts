import { define } from './definition.ts'

/** Any chain without a file of its own, anvil's too. */
export const generic = define({ chainId: null, name: 'EVM chain' })
