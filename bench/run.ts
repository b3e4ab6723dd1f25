/** `npm run bench -- NAME [ARGS]`: runs the file NAME.ts of this folder. Without a name it lists what there is. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [name, ...args] = process.argv.slice(2)
const file = name === undefined ? '' : join(import.meta.dirname, `${name}.ts`)

if (name === undefined || name === 'run' || !/^[a-z0-9-]+$/.test(name) || !existsSync(file)) {
  console.log('Usage: npm run bench -- NAME [ARGS]\n')
  for (const entry of readdirSync(import.meta.dirname).filter((found) => found.endsWith('.ts') && found !== 'run.ts')) {
    console.log(
      `  ${entry.replace('.ts', '').padEnd(16)}${firstSentence(readFileSync(join(import.meta.dirname, entry), 'utf8'))}`,
    )
  }
  process.exit(name === undefined ? 0 : 2)
}

process.exit(spawnSync(process.execPath, [file, ...args], { stdio: 'inherit' }).status ?? 1)

/** What the file's opening comment says of it. */
function firstSentence(source: string): string {
  const comment = /^(?:\/\*\*|\/\/)\s*(.*?)(?:\*\/|$)/m.exec(source)?.[1] ?? ''
  return comment.replace(/^\*?\s*/, '')
}
