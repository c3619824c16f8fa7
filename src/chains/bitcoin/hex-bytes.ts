import { ChainscreenError } from '../../diagnostics/errors.ts'

/** @throws ChainscreenError `node-bad-answer` where a node's text is no hex */
export function hexBytes(text: string): Buffer {
  const bytes = Buffer.from(text, 'hex')
  if (bytes.length * 2 === text.length) return bytes
  throw new ChainscreenError('node-bad-answer', `A block has "${text.slice(0, 40)}" where hex should be.`)
}
