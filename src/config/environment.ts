import { mayHoldSecret, notShown } from '../address/secret.ts'
import type { ConfigDocument } from './document.ts'
import type { Mistake } from './mistakes.ts'

/** `$${` stands for a `${` that is meant as it is. */
const reference = /\$\$\{|\$\{([^}]*)(\}?)/g
const inside = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/

/**
 * Puts variables in place of `${NAME}` and `${NAME:-default}` in text values; the default counts when the
 * variable is unset or empty. Mistakes name the variable, never its value.
 */
export function substituteEnvironment(document: ConfigDocument, env: NodeJS.ProcessEnv): Mistake[] {
  const mistakes: Mistake[] = []
  document.replaceTexts((text, path) =>
    text.replace(reference, (whole: string, content: string | undefined, end: string | undefined) => {
      if (content === undefined) return '${'
      const [, name, fallback] = (end === '}' && inside.exec(content)) || []
      if (name === undefined) {
        const wrong = `found a \${ that names no variable, expected \${NAME} or \${NAME:-default} ($\${ for a plain \${)`
        mistakes.push({ path, text: `: ${wrong}`, notBuilt: false })
        return whole
      }
      const value = env[name]
      if (value !== undefined && (value !== '' || fallback === undefined)) return value
      if (fallback !== undefined) return fallback
      // A secret in the place of a name has its spaces and dashes as underscores.
      const shown = mayHoldSecret(name.replaceAll('_', ' ')) ? notShown : name
      mistakes.push({
        path,
        text: `: the environment variable ${shown} is not set: set it, or write \${${shown}:-default}`,
        notBuilt: false,
      })
      return whole
    }),
  )
  return mistakes
}
