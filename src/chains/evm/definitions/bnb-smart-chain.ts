import { define } from './definition.ts'

/** Fast finality serves the tag. https://github.com/bnb-chain/BEPs/blob/master/BEPs/BEP126.md */
export const bnbSmartChain = define({ chainId: 56, name: 'BNB Smart Chain', symbol: 'BNB' })
