import { ChainscreenError } from '../diagnostics/errors.ts'

/** What an answer of a node may have where the config says nothing (`maxResponse`): no real block comes near it. */
export const defaultMaxResponse = 64 * 1024 * 1024

/** What a head, a chain id, a state of syncing may have: a header with the hashes of a full block's transactions. */
export const maxSmallAnswer = 8 * 1024 * 1024

/** A node sent more than such an answer can have. The connection was dropped: the rest was never received. */
export class AnswerTooLarge extends ChainscreenError {
  constructor(endpoint: string, what: string, maxBytes: number) {
    super(
      'node-bad-answer',
      `The node at ${endpoint} answered ${what} with more than ${megabytes(maxBytes)}, more than such an answer should ` +
        'have: check the node; if its blocks are that large, raise `maxResponse` of the chain.',
    )
  }
}

/** Below this, parsing costs too little to be worth a count. */
const countedFrom = 4 * 1024 * 1024
/** So many bytes an object or list has at least on average: the smallest call frames have a hundred. */
const bytesPerContainer = 32
/** So many bytes a value has at least on average, its name and punctuation included: in call frames, thirteen. */
const bytesPerMark = 8

/**
 * Refuses JSON that would cost many times its size once parsed, such as `[{},{},…]`: 64 MB of it become 1.4 GB. What real
 * nodes serve is mostly long hex.
 *
 * @throws ChainscreenError `node-bad-answer`
 */
export function refuseDenseJson(body: Uint8Array, endpoint: string, what: string): void {
  if (body.length < countedFrom) return
  let containers = 0
  let marks = 0
  for (let at = 0; at < body.length; at++) {
    const byte = body[at]
    // `{` and `[`; `,` and `:`. Those within texts count too: they are few.
    if (byte === 0x7b || byte === 0x5b) containers++
    else if (byte === 0x2c || byte === 0x3a) marks++
  }
  if (containers * bytesPerContainer <= body.length && marks * bytesPerMark <= body.length) return
  throw new ChainscreenError(
    'node-bad-answer',
    `The node at ${endpoint} answered ${what} with ${containers} objects and lists and ${marks} values in ` +
      `${megabytes(body.length)}, far more than such an answer holds: it was not read; check the node.`,
  )
}

function megabytes(bytes: number): string {
  return `${(bytes / (1024 * 1024)).toFixed(bytes % (1024 * 1024) === 0 ? 0 : 1)} MB`
}
