import type { Key } from '../../address/key.ts'
import type { Party, Role } from '../../screening/types.ts'
import { type Form, scriptForms } from './script-forms.ts'
import type { Side } from './sides.ts'

/** The party behind each of these scripts, once each, with every form that any of them reveals. */
export function distinctParties(sides: readonly Side[], role: Role): Party[] {
  const formsByKey = new Map<Key, Map<Key, Form>>()
  for (const { key, script, spend } of sides) {
    const forms = formsByKey.get(key) ?? new Map<Key, Form>()
    formsByKey.set(key, forms)
    for (const form of scriptForms(script, spend)) {
      if (form.key !== key) forms.set(form.key, form)
    }
  }
  return Array.from(formsByKey, ([key, forms]) =>
    forms.size === 0 ? { key, role } : { key, role, forms: [...forms.values()] },
  )
}
