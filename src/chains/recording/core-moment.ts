/**
 * Bitcoin Core puts two things into the JSON of a block that are true only at the moment of asking:
 * `confirmations` and `nextblockhash`. A recording keeps the text without them. Both are members of the head of
 * the object, before `tx`; Core's order is hash, confirmations, height … nTx, previousblockhash, nextblockhash
 * (src/rpc/blockchain.cpp, blockheaderToJSON).
 */
const confirmations = /"confirmations":-?\d+,/
const next = /,"nextblockhash":"[0-9a-f]{64}"/

/** The text without what belongs to the moment. */
export function withoutMoment(text: string): string {
  const end = endOfHead(text)
  return text.slice(0, end).replace(confirmations, '').replace(next, '') + text.slice(end)
}

/** The text as a node serves it that sees the block so deep, and this block after it. */
export function withMoment(text: string, moment: { confirmations: number; next: string | null }): string {
  const end = endOfHead(text)
  let head = text.slice(0, end)
  if (moment.next !== null) {
    const added = `,"nextblockhash":"${moment.next}"`
    const place = /"previousblockhash":"[0-9a-f]{64}"/.exec(head) ?? /"nTx":\d+/.exec(head)
    const at = place === null ? 0 : place.index + place[0].length
    head = at === 0 ? `{${added.slice(1)},${head.slice(1)}` : head.slice(0, at) + added + head.slice(at)
  }
  const hash = /^\{"hash":"[0-9a-f]{64}",/.exec(head)
  const at = hash === null ? 1 : hash[0].length
  return `${head.slice(0, at)}"confirmations":${moment.confirmations},${head.slice(at)}${text.slice(end)}`
}

function endOfHead(text: string): number {
  const tx = text.indexOf('"tx":')
  return tx < 0 ? text.length : tx
}
