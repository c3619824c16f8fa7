// Writes docs/events/: the JSON Schema of every event, and the AsyncAPI document.
// Run after a change of src/events: npm run build && node scripts/make-event-schemas.mjs
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { eventFiles } from '../dist/events/json-schemas.js'

const folder = new URL('../docs/events/', import.meta.url)
mkdirSync(folder, { recursive: true })
for (const name of readdirSync(folder)) rmSync(new URL(name, folder))
for (const { name, text } of eventFiles()) writeFileSync(new URL(name, folder), text)
