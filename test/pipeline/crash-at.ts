import Database from 'better-sqlite3'

/** The statement of this number, counted from now, throws instead; 0: none. @returns undoes it. */
export function crashAt(number: number): () => void {
  const db = new Database(':memory:')
  const prototype = Object.getPrototypeOf(db.prepare('select 1'))
  db.close()
  let statements = 0
  const originals = (['run', 'get', 'all'] as const).map((method) => {
    const original = prototype[method]
    prototype[method] = function (...args: unknown[]) {
      if (++statements === number) throw new Error('crash')
      return original.apply(this, args)
    }
    return () => {
      prototype[method] = original
    }
  })
  return () => {
    for (const undo of originals) undo()
  }
}
