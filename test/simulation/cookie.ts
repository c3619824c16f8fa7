import { writeFileSync } from 'node:fs'
import type { Random } from './random.ts'

/** The cookie of a node, as bitcoind writes it into a file at every start. */
export interface Cookie {
  readonly file: string
  accepts(authorization: string | undefined): boolean
  /** The node takes another one from now on; the file has it at once, or a few refusals later. */
  rotate(): void
}

export function createCookie(file: string, random: Random): Cookie {
  let value = ''
  let refusals = 0
  const write = () => writeFileSync(file, value)
  const renew = () => {
    value = `__cookie__:${random.below(2 ** 32).toString(16)}`
  }
  renew()
  write()
  return {
    file,
    accepts(authorization) {
      const accepted = authorization === `Basic ${Buffer.from(value).toString('base64')}`
      if (!accepted && refusals-- <= 0) write()
      return accepted
    },
    rotate() {
      renew()
      refusals = random.below(4)
      if (refusals === 0) write()
    },
  }
}
