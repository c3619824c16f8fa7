/** What stands for an address and is none: only its holder's wallet, or a name service, knows the address behind it. */
export function notAnAddress(text: string): string | null {
  // Invoices (BOLT 11) of every network, offers (BOLT 12), and LNURL (LUD-01).
  if (/^(?:lightning:)?(?:ln(?:bcrt|bc|tbs|tb)[0-9]*[munp]?1|lno1|lni1|lnr1|lnurl1)/i.test(text))
    return 'an invoice of Lightning, and no address: ask for the address'
  // Lightning addresses (LUD-16) and names of BIP 353.
  if (/^₿?[^\s@/:?#]+@[^\s@/:?#]+\.[a-z]{2,}$/iu.test(text))
    return 'a name as Lightning addresses and e-mail have it, and no address: ask for the address'
  if (isName(text)) return 'a name (ENS or such), and no address: ask for its address'
  return null
}

/** `vitalik.eth`, `name.base.eth`, `name.sol`; letters of any alphabet, and emoji. */
function isName(text: string): boolean {
  return (
    text.length <= 255 && /^[^\s.:/?#@()[\]<>"]+(?:\.[^\s.:/?#@()[\]<>"]+)*\.\p{L}[\p{L}\p{N}-]+$/u.test(text)
  )
}
