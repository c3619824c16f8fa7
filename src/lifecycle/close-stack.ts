/** What has to be closed when the work that opened it ends. */
export interface CloseStack {
  /** @param close called once, after what was deferred later has closed. */
  defer(close: () => unknown): void
}

/**
 * Does work, and then closes what it deferred, the last first and one after the other, however the work ended. One that fails
 * to close keeps none of the others open.
 *
 * @throws what the work threw, or else the first error of closing.
 */
export async function withCloseStack<T>(work: (stack: CloseStack) => Promise<T>): Promise<T> {
  const closers: (() => unknown)[] = []
  const errors: unknown[] = []
  const result = await work({ defer: (close) => closers.push(close) }).catch((error) => errors.push(error))
  for (const close of closers.reverse()) {
    try {
      await close()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
  return result as T
}
