import type { z } from 'zod'
import { group } from './group.ts'
import { text } from './values.ts'

const listenExpected = 'ADDRESS:PORT, such as 127.0.0.1:8790 or [::1]:8790'
const tokenExpected = 'text of 16 characters or more'

/** `server`: health and metrics of the daemon over HTTP. `tokenFile` has become `token` when this is parsed (see `secrets.ts`). */
export const serverSchema = group({
  listen: text(listenExpected)
    .default('127.0.0.1:8790')
    .transform((value, context) => {
      const place = placeOf(value)
      if (place !== null) return place
      context.addIssue({ code: 'custom', message: listenExpected })
      return { host: '', port: 0 }
    })
    .describe('Address and port to listen at. Default: 127.0.0.1:8790'),
  token: text(tokenExpected)
    .min(16, tokenExpected)
    .optional()
    .describe('Bearer token that `/metrics` requires; better from the environment, or in tokenFile.'),
  tokenFile: text('the path of a file').optional().describe('File that holds the token.'),
})
  .superRefine(({ listen, token }, context) => {
    if (token !== undefined || isLoopback(listen.host)) return
    const message = 'token or tokenFile beside an address that others can reach'
    context.addIssue({ code: 'custom', path: ['listen'], message })
  })
  .transform(({ listen, token }) => ({ ...listen, token: token ?? null }))
  .optional()
  .describe('Health and metrics over HTTP. Without it, no port is open.')

export type ServerConfig = Readonly<NonNullable<z.output<typeof serverSchema>>>

function placeOf(listen: string): { host: string; port: number } | null {
  const [, bracketed, plain, digits] =
    /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/@]+)):(\d{1,5})$/.exec(listen) ?? []
  const host = bracketed ?? plain
  const port = Number(digits)
  return host === undefined || port > 65_535 ? null : { host, port }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
}
