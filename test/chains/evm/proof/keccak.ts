import { loadKeccak } from '../../../../src/chains/evm/proof/keccak.ts'

export const keccak = await loadKeccak()
