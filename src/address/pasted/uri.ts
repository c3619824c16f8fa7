/** A part of a link as it is meant; as it stands where its percent-encoding is damaged. */
export function decodedPart(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** The parameters of a link: names in lower case, since QR codes have capitals. */
export function parametersOf(query: string): [name: string, value: string][] {
  return [...new URLSearchParams(query)].map(([name, value]) => [name.toLowerCase(), value])
}
