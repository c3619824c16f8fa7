// Writes src/client/api.ts, the types of `chainscreen/client`, from the API's own description (/openapi.json).
// Run after a change of a route or shape: npm run build && node scripts/make-client-types.mjs
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { apiTypes } from './client-types/api-types.mjs'
import { apiDescription } from './client-types/description.mjs'

const file = new URL('../src/client/api.ts', import.meta.url)
const text = apiTypes(await apiDescription())
if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
  mkdirSync(new URL('.', file), { recursive: true })
  writeFileSync(file, text)
  console.log('src/client/api.ts has changed')
}
