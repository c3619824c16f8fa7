import { ChainscreenError } from '../diagnostics/errors.ts'
import type { ChainSource, SourceBlock } from './source.ts'

/** Extraction found that the node lied in a block. The block is refused; {@link tellingRefusals} has another node asked. */
export class RefusedBlock extends ChainscreenError {
  readonly block: SourceBlock

  constructor(block: SourceBlock, { code, message, details, cause }: ChainscreenError) {
    super(code, message, { details, cause })
    this.block = block
  }
}

/**
 * Runs work that extracts blocks of a source, and has the source hear of a block that is refused in it.
 *
 * @throws what the work throws.
 */
export async function tellingRefusals<T>(
  source: Pick<ChainSource, 'refuse'>,
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof RefusedBlock) source.refuse?.(error.block, error)
    throw error
  }
}
