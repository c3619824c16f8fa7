import { ChainscreenError } from '../../../diagnostics/errors.ts'
import type { Unscreened } from '../../source.ts'
import type { RpcBlock, RpcHeader, RpcReceipt } from '../types.ts'
import type { Mismatch, Proof, ProofRules } from './findings.ts'
import { proveHeader } from './header.ts'
import { loadedKeccak, loadKeccak } from './keccak.ts'
import { proveBlock } from './prove-block.ts'
import { proveSigners } from './prove-signers.ts'

/** `strict`: a mismatch refuses the block. `warn`: it is recorded. `off`: nothing is proved. */
export type VerifyMode = 'strict' | 'warn' | 'off'

/** Proves what one node serves. */
export interface Verifier {
  /**
   * Proves a header alone, such as that of a head: its hash has to be that of its fields. A hint at best: what can't be proved
   * of it, and in mode `warn` what proves false, is left to the block's own proof.
   *
   * @throws ChainscreenError `node-bad-answer` in mode `strict`, where it can't be true.
   */
  proveHeader(header: RpcHeader): Promise<void>
  /**
   * Proves a block, once, when it was read.
   *
   * @param receipts one for each transaction. @param served those that a root commits to, where they are others.
   * @param lacking why not all of these could be received, where that is no fault of the node: the root can't be computed.
   * @returns what of the block can't be proved; in mode `warn` also what proved false.
   * @throws ChainscreenError `node-bad-answer` in mode `strict`, where something in it can't be true.
   */
  prove(
    block: RpcBlock,
    receipts: readonly RpcReceipt[],
    served?: readonly RpcReceipt[],
    lacking?: string | null,
  ): Promise<readonly Unscreened[]>
}

export function createVerifier(mode: VerifyMode, rules: ProofRules): Verifier {
  return {
    async proveHeader(header) {
      if (mode === 'strict') judge(proveHeader(header, rules, await loadKeccak()), header, mode)
    },
    async prove(block, receipts, served = receipts, lacking = null) {
      if (mode === 'off') return []
      const keccak = await loadKeccak()
      const allowed = lacking === null ? rules : { ...rules, receiptsRoot: lacking, logsBloom: lacking }
      return judge(proveBlock(block, receipts, allowed, keccak, served), block, mode)
    },
  }
}

/**
 * Proves who sent transactions of a block: a signature costs too much to prove it of all, and only those that touch own
 * addresses matter. Keccak has to be loaded, as it is once a block was proved.
 *
 * @param hashes of the transactions.
 * @returns what of them can't be proved; in mode `warn` also what proved false.
 * @throws ChainscreenError `node-bad-answer` in mode `strict`, where the node names another sender than the signature.
 */
export function proveSenders(
  block: RpcBlock,
  hashes: readonly string[],
  mode: VerifyMode,
  rules: ProofRules,
): readonly Unscreened[] {
  if (mode === 'off') return []
  return hashes.flatMap((hash) => {
    const index = block.transactions.findIndex((tx) => tx.hash === hash)
    // Beacon chain withdrawals are extracted under the block's own hash: nobody sent them.
    if (index < 0) return []
    const proof = proveSigners(block.transactions, [index], rules, loadedKeccak())
    // Anybody may send one that can't be proved: it is a gap of its own, not of everybody's in the block.
    return judge(proof, block, mode).map((row) => ({ ...row, txHash: hash }))
  })
}

function judge({ mismatches, unproved }: Proof, block: RpcHeader, mode: VerifyMode): Unscreened[] {
  const [first] = mismatches
  if (first !== undefined && mode === 'strict') throw refusal(block, mismatches, first)
  return [...unproved, ...mismatches.map(sentence)].map((reason) => ({ what: 'unverified', reason }))
}

function refusal(block: RpcHeader, mismatches: readonly Mismatch[], first: Mismatch): ChainscreenError {
  return new ChainscreenError(
    'node-bad-answer',
    `Block ${Number(block.number)} (${block.hash}) fails verification: ${sentence(first)} Use ` +
      'another node, or set verify: warn for a chain whose hashes differ from those of Ethereum.',
    { details: mismatches.map(sentence) },
  )
}

function sentence({ field, served, computed, hint }: Mismatch): string {
  const said = `${field}: expected ${served} as served, got ${computed} from everything else that was served.`
  return hint === undefined ? said : `${said} ${hint}`
}
