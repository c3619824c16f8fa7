/** What a replayed node says to one JSON-RPC call: the result as JSON text, or an error. */
export type ReplayAnswer = { result: Buffer } | { error: { code: number; message: string } }

/** A replayed node's methods by name. */
export type ReplayMethods = Readonly<Record<string, (params: readonly unknown[]) => ReplayAnswer>>

export function resultOf(value: unknown): ReplayAnswer {
  return { result: Buffer.from(JSON.stringify(value)) }
}

export const nullResult: ReplayAnswer = { result: Buffer.from('null') }

export function errorOf(code: number, message: string): ReplayAnswer {
  return { error: { code, message } }
}

/** Remembers what was made for a key: bodies are made once, however often they are asked for. */
export function memo<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>()
  return (key) => {
    let value = made.get(key)
    if (value === undefined) {
      value = make(key)
      made.set(key, value)
    }
    return value
  }
}
