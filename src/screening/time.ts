/** UTC ISO-8601 to the second, as the chain gives it. @param unixSeconds a block's time. */
export function isoTime(unixSeconds: number): string {
  return `${new Date(unixSeconds * 1000).toISOString().slice(0, 19)}Z`
}
