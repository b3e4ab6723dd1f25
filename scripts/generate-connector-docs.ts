/** Writes docs/connectors from the declarations of the connectors. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { connectorPages } from '../src/connectors/reference.ts'

const folder = new URL('../docs/connectors/', import.meta.url)
mkdirSync(folder, { recursive: true })
for (const [name, text] of connectorPages()) writeFileSync(new URL(name, folder), text)
