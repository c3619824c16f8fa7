/**
 * The header by which user and password of a URL are sent (RFC 7617), either of which may be empty; `null` where it has
 * neither. They are percent-encoded: the config refuses others.
 */
export function basicAuth({ username, password }: URL): string | null {
  if (username === '' && password === '') return null
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return `Basic ${Buffer.from(text).toString('base64')}`
}
