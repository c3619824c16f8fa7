import { define } from './definition.ts'

/** Finality: two epochs of 32 slots. https://ethereum.org/en/developers/docs/consensus-mechanisms/pos/ */
export const ethereum = define({ chainId: 1, name: 'Ethereum' })
