import { parseConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/config/schema.ts'
import { ChainscreenError } from '../../src/diagnostics/errors.ts'

/** Parses text as `/etc/cs/chainscreen.yaml`. */
export function parse(text: string, env: NodeJS.ProcessEnv = {}): Config {
  return parseConfig(text, '/etc/cs/chainscreen.yaml', env)
}

/** The error that a text is refused with; its lines without the folder. */
export function refusal(
  text: string,
  env: NodeJS.ProcessEnv = {},
): { code: string; message: string; lines: string[] } {
  try {
    parse(text, env)
  } catch (error) {
    if (!(error instanceof ChainscreenError)) throw error
    const short = (line: string) => line.replaceAll('/etc/cs/chainscreen.yaml', 'c.yaml')
    return { code: error.code, message: short(error.message), lines: error.details.map(short) }
  }
  throw new Error('the config was accepted')
}

export const evmChain = `
chains:
  - id: ethereum
    type: evm
    chainId: 1
    rpc: [http://127.0.0.1:8545]
    start: 21000000
`

export const bitcoinChain = `
chains:
  - id: bitcoin
    type: bitcoin
    network: mainnet
    rpc: [http://127.0.0.1:8332]
    start: 900000
`
