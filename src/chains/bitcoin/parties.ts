import type { Key } from '../../address/key.ts'
import type { Party, Role } from '../../screening/types.ts'
import type { FormBudget } from './form-budget.ts'
import { type Form, scriptForms } from './script-forms.ts'
import type { Side } from './sides.ts'

/** The party behind each of these scripts, once each, with every form that any of them reveals, as far as the budget goes. */
export function distinctParties(sides: readonly Side[], role: Role, budget: FormBudget): Party[] {
  const formsByKey = new Map<Key, Map<Key, Form>>()
  for (const { key, script, spend } of sides) {
    const known = formsByKey.get(key)
    const forms = known ?? new Map<Key, Form>()
    formsByKey.set(key, forms)
    if (budget.exceeded) continue
    // Of a script that was there before, only another spend can show more.
    for (const form of scriptForms(known ? null : script, spend)) {
      if (form.key !== key && !forms.has(form.key) && budget.takes(script.length)) forms.set(form.key, form)
    }
  }
  return Array.from(formsByKey, ([key, forms]) =>
    forms.size === 0 ? { key, role } : { key, role, forms: [...forms.values()] },
  )
}
