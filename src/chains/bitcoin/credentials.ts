import { readFile } from 'node:fs/promises'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import type { Redactor } from '../../privacy/redactor.ts'

/** How the node wants to be spoken to: the cookie file that bitcoind writes, a user from its config, or nothing. */
export type BitcoinAuth = { cookieFile: string } | { username: string; password: string }

/** Makes the Authorization header, and makes it again when the node stops accepting it. */
export class Credentials {
  readonly #auth: BitcoinAuth | undefined
  readonly #redactor: Redactor
  #header: string | undefined

  /** @param redactor learns what is sent. */
  constructor(auth: BitcoinAuth | undefined, redactor: Redactor) {
    this.#auth = auth
    this.#redactor = redactor
  }

  /** @throws ChainscreenError `node-auth` where the cookie file can't be read */
  async header(): Promise<string | undefined> {
    this.#header ??= await this.#read()
    return this.#header
  }

  /**
   * After a 401: whether there is something new to try. bitcoind writes a new cookie at every start.
   *
   * @param refused the header that was refused: several requests may be refused at once, and the first has read the file
   */
  async renew(refused: string | undefined): Promise<boolean> {
    if (this.#header === refused) this.#header = await this.#read()
    return this.#header !== refused
  }

  async #read(): Promise<string | undefined> {
    if (this.#auth === undefined) return undefined
    const text =
      'cookieFile' in this.#auth
        ? await readCookie(this.#auth.cookieFile)
        : `${this.#auth.username}:${this.#auth.password}`
    const [user = '', ...password] = text.split(':')
    this.#redactor.addLogin(user, password.join(':'))
    return `Basic ${Buffer.from(text).toString('base64')}`
  }
}

async function readCookie(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (cause) {
    throw new ChainscreenError(
      'node-auth',
      `The cookie file ${file} can't be read: is bitcoind running, does "cookie" name its data directory, and may this user read it?`,
      { cause },
    )
  }
}
