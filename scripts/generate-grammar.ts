// Writes grammar/generated/: what `npm run grammar` runs after a change of the grammar.

import { mkdirSync, writeFileSync } from 'node:fs'
import { grammarDocuments } from '../grammar/document.ts'
import { diagramAsset } from './diagram-assets.ts'

const folder = new URL('../grammar/generated/', import.meta.url)
mkdirSync(folder, { recursive: true })
for (const [name, content] of Object.entries(grammarDocuments(diagramAsset)))
  writeFileSync(new URL(name, folder), content)
