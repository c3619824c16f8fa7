import type { Span } from './spent-inputs.ts'

/**
 * Where the bytes stand that a script leaves on top of the stack: `null` if it pushes nothing, `undefined` where that can't
 * be told without running it, or where it is a number that has no bytes of its own.
 */
export function topPush(block: Uint8Array, { start, end }: Span): Span | null | undefined {
  let top: Span | null | undefined = null
  for (let at = start; at < end; ) {
    const opcode = block[at] as number
    at += 1
    if (opcode > 0x4e) {
      // OP_1NEGATE and OP_1 to OP_16 push numbers; what is above does things.
      if (opcode === 0x50 || opcode > 0x60) return undefined
      top = undefined
      continue
    }
    const wide = opcode < 0x4c ? 0 : 2 ** (opcode - 0x4c)
    let length = wide === 0 ? opcode : 0
    for (let i = 0; i < wide; i++) length += (block[at + i] ?? 0) * 256 ** i
    at += wide
    if (at + length > end) return undefined
    top = { start: at, end: at + length }
    at += length
  }
  return top
}
