import { ChainscreenError } from '../../src/diagnostics/errors.ts'

/** The error with which this is refused. Anything else (success, a bug's TypeError) fails the test. */
export async function refusal(work: Promise<unknown>): Promise<ChainscreenError> {
  try {
    await work
  } catch (error) {
    if (error instanceof ChainscreenError) return error
    throw error
  }
  throw new Error('was expected to be refused, and was not')
}
