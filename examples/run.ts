/** `npm run example -- NAME [options]`: runs one of the examples. */
import { runCommand } from './support/command.ts'
import type { Example } from './support/example.ts'

const EXAMPLES: Readonly<Record<string, () => Promise<Example>>> = {
  'la-ca': async () => (await import('./la-ca/example.ts')).laCa,
  trains: async () => (await import('./trains/example.ts')).trains,
  rides: async () => (await import('./rides/example.ts')).rides,
}

const [name = '', ...args] = process.argv.slice(2)
const load = Object.hasOwn(EXAMPLES, name) ? EXAMPLES[name] : undefined
if (load === undefined) {
  console.error(`Name one of the examples: ${Object.keys(EXAMPLES).join(', ')}.`)
  process.exit(2)
}
await runCommand(await load(), args)
