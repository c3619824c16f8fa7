import { define } from './definition.ts'

export const sepolia = define({ chainId: 11_155_111, name: 'Sepolia' })
