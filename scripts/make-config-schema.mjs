// Writes data/chainscreen.schema.json, the JSON Schema of chainscreen.yaml for editors.
// Run after a change of src/config: npm run build && node scripts/make-config-schema.mjs
import { writeFileSync } from 'node:fs'
import { configJsonSchemaText } from '../dist/config/json-schema.js'

writeFileSync(new URL('../data/chainscreen.schema.json', import.meta.url), configJsonSchemaText())
