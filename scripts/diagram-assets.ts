/** The style sheet and scripts that draw Chevrotain's railroad diagrams. */
import { readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** `path`: below the package's folder `diagrams`. Throws if there is no such file. */
export function diagramAsset(path: string): string {
  const entry = fileURLToPath(import.meta.resolve('chevrotain'))
  const folder = entry.slice(0, entry.lastIndexOf(`${sep}lib${sep}`))
  return readFileSync(join(folder, 'diagrams', path), 'utf8')
}
