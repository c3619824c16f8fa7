/** The little of WebAssembly's binary format that a module of ours is written in (https://webassembly.github.io/spec/core/binary/). */

/** A function with that many vectors as locals. */
export function body(locals: number, code: readonly number[]): number[] {
  const all = [1, ...leb(locals), 0x7b, ...code, 0x0b]
  return [...leb(all.length), ...all]
}

export function section(id: number, items: readonly (readonly number[])[]): number[] {
  const content = [...leb(items.length), ...items.flat()]
  return [id, ...leb(content.length), ...content]
}

export function name(text: string): number[] {
  return [text.length, ...Buffer.from(text)]
}

export function bytesOf(word: number): number[] {
  return [word & 255, (word >>> 8) & 255, (word >>> 16) & 255, word >>> 24]
}

export function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)]
}

export function signedLeb(value: number): number[] {
  return value < 64 ? [value] : [(value & 127) | 128, ...signedLeb(value >>> 7)]
}
