// Writes docs/functions.md: what `npm run docs` runs after a change of the functions.

import { mkdirSync, writeFileSync } from 'node:fs'
import { functionReference } from '../src/functions/describe-docs.ts'
import { BUILT_IN_FUNCTIONS } from '../src/functions/index.ts'

const folder = new URL('../docs/', import.meta.url)
mkdirSync(folder, { recursive: true })
writeFileSync(new URL('functions.md', folder), functionReference(BUILT_IN_FUNCTIONS))
