/**
 * A copy of a text that shares no memory with the text it was cut from. V8 keeps the whole parent of a slice alive:
 * a thousand kept addresses would hold a thousand chunks of the file.
 */
export function detach(text: string): string {
  return Buffer.from(text).toString()
}
